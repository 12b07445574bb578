import { LRUCache } from 'lru-cache';
import { chainHash } from '../../application/chain.js';
import { type EventLog, type RecordedEvent } from '../../application/ports/event-log.js';
import { everyEvent } from './patience.js';

export interface ComparedSoFar {
  readonly events: number;
  /** Of the source; undefined before its first event. */
  readonly position: bigint | undefined;
}

export interface CompareOptions {
  /**
   * `whole`: both have to end together, and the hash chain of every stream is followed.
   * `prefix`: the target may end earlier.
   */
  readonly extent: 'whole' | 'prefix';
  readonly signal?: AbortSignal;
  /** Told every so many events. */
  readonly onProgress?: (progress: ComparedSoFar) => void;
}

export interface Compared extends ComparedSoFar {
  readonly streams: number;
  /** Position of the last event that is the same in both, in the target. */
  readonly targetPosition: bigint | undefined;
  /** The first difference, as a sentence; undefined when there is none. */
  readonly difference: string | undefined;
}

const EVENTS_PER_PROGRESS = 1_000;
/** About 30 MB. */
const MOST_HASHES_REMEMBERED = 200_000;

/** The recorded time that counts for the effective one: see effective-time.ts. */
export function stampOf({ recordedAt, originalRecordedAt }: RecordedEvent): number {
  return originalRecordedAt ?? recordedAt;
}

/**
 * Walks through both logs at the same time and compares what must be the same in a copy: the global order, and of each
 * event its stream, revision, id, type, data and metadata byte by byte, and the recorded time that counts. Positions
 * and the logs' own stamps may differ.
 */
export async function compareLogs(source: EventLog, target: EventLog, options: CompareOptions): Promise<Compared> {
  const { extent, signal, onProgress } = options;
  const chains = extent === 'whole' ? new Chains(source) : undefined;
  const sources = everyEvent(source, undefined, signal);
  const targets = everyEvent(target, undefined, signal);
  let events = 0;
  let streams = 0;
  let position: bigint | undefined;
  let targetPosition: bigint | undefined;
  const compared = (difference?: string): Compared => ({ events, streams, position, targetPosition, difference });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const [{ value: one }, { value: other }] = await Promise.all([sources.next(), targets.next()]);
      if (!other) {
        const isMissing = one && extent === 'whole';
        return compared(isMissing ? `${named(one)} is not there; was it recorded in the meantime?` : undefined);
      }
      if (!one) return compared(`${named(other)} is in the target only.`);
      const difference = differenceOf(one, other) ?? (await chains?.follow(one));
      if (difference) return compared(difference);
      events++;
      if (one.revision === 0n) streams++;
      position = one.position;
      targetPosition = other.position;
      if (events % EVENTS_PER_PROGRESS === 0) onProgress?.({ events, position });
    }
  } finally {
    await Promise.all([sources.return(), targets.return()]);
  }
}

function differenceOf(one: RecordedEvent, other: RecordedEvent): string | undefined {
  if (one.stream !== other.stream || one.revision !== other.revision) {
    return `Where the source holds ${inWords(named(one))}, the target holds ${inWords(named(other))}.`;
  }
  const what = [
    one.id !== other.id && 'id',
    one.type !== other.type && 'type',
    one.data !== other.data && 'data',
    (one.metadata ?? '') !== (other.metadata ?? '') && 'metadata',
    stampOf(one) !== stampOf(other) && 'recorded time',
  ].filter((name) => name !== false);
  if (what.length === 0) return undefined;
  return `${named(one)} differs in the target (there at position ${other.position}): its ${what.join(', its ')}.`;
}

function named({ revision, stream, type, position }: RecordedEvent): string {
  return `Event ${revision} of ${stream} (${type}, position ${position})`;
}

function inWords(text: string): string {
  return `${text[0]?.toLowerCase()}${text.slice(1)}`;
}

/** The hash chain of every stream, followed in the order of the log. */
class Chains {
  private readonly hashes = new LRUCache<string, string>({ max: MOST_HASHES_REMEMBERED });

  constructor(private readonly log: EventLog) {}

  /** What is wrong with the place of the event in its chain. */
  async follow(event: RecordedEvent): Promise<string | undefined> {
    const { stream, revision } = event;
    const expected = revision === 0n ? undefined : (this.hashes.get(stream) ?? (await this.hashBefore(event)));
    this.hashes.set(stream, chainHash(event));
    if (previousHash(event) === expected) return undefined;
    return `${named(event)} does not carry the hash of the event before it: the source itself was changed.`;
  }

  private async hashBefore({ stream, revision }: RecordedEvent): Promise<string | undefined> {
    for await (const before of this.log.read(stream, { from: revision - 1n, limit: 1 })) return chainHash(before);
    return undefined;
  }
}

function previousHash({ metadata = '{}' }: RecordedEvent): unknown {
  try {
    return (JSON.parse(metadata) as { previousHash?: unknown }).previousHash;
  } catch {
    return undefined;
  }
}
