import {
  type EventLog,
  type NewEvent,
  type RecordedEvent,
  WrongExpectedRevision,
} from '../../application/ports/event-log.js';
import type { KeyRing } from '../../application/ports/key-ring.js';
import { compareLogs, stampOf } from './compare-logs.js';
import { compareKeys, copyKeys } from './copy-keys.js';
import { everyEvent, untilAvailable } from './patience.js';

/** A log and the keys of what is sealed in it. */
export interface Store {
  readonly log: EventLog;
  readonly keyRing: KeyRing;
}

export type CopyStep = 'comparing' | 'copying' | 'verifying';

export interface CopyProgress {
  readonly step: CopyStep;
  /** Of the source, in positions since its first event. */
  readonly done: number;
  readonly total: number;
  /** Events that this step has been through, and how many a second. */
  readonly events: number;
  readonly eventsPerSecond: number;
}

export interface CopyOptions {
  /** Stops after the append under way; copying again goes on from there. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CopyProgress) => void;
}

export interface Verified {
  readonly events: number;
  readonly streams: number;
  readonly keys: number;
  /** Of the last event; undefined for an empty log. */
  readonly sourcePosition: bigint | undefined;
  readonly targetPosition: bigint | undefined;
}

export interface CopiedLog extends Verified {
  /** Events that were written now; the others were there from an earlier attempt. */
  readonly copied: number;
}

/** A copy that can't be made, or isn't one; the message is a sentence for whoever asked for it. */
export class CopyRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CopyRefused';
  }
}

/** EventStoreDB takes 1 MiB in one append, its own bookkeeping included. */
const MOST_EVENTS = 1_000;
const MOST_BYTES = 900_000;
/** What an event takes besides its texts, generously. */
const FRAME_BYTES = 100;

/**
 * Makes the target hold what the source holds: every event with its id, bytes and revision, in the same global order,
 * and with the recorded time that counts, so that every view answers as before; and the key ring. At the end both are
 * read through and compared.
 *
 * The events go in one after the other, so that at any moment the target holds the beginning of the source: whatever
 * interrupts the copying, doing it again goes on from there.
 * @throws CopyRefused when the target holds anything else than the beginning of the source, or is no copy of it in the
 * end, or when the source grew meanwhile
 */
export async function copyLog(source: Store, target: Store, options: CopyOptions = {}): Promise<CopiedLog> {
  const { signal } = options;
  refuseItself(source, target);
  const there = await compareLogs(source.log, target.log, {
    extent: 'prefix',
    signal,
    onProgress: await progressOf('comparing', source.log, undefined, options),
  });
  if (there.difference) {
    throw new CopyRefused(
      `The target holds something else than this log, and nothing was written: ${there.difference}`,
    );
  }
  await copyKeys(source.keyRing, target.keyRing, signal);
  const copied = await copyEvents(source.log, target.log, there.position, options);
  return { ...(await verifyCopy(source, target, options)), copied };
}

/**
 * Compares every stream, the global order and the key rings.
 * @throws CopyRefused naming the first difference
 */
export async function verifyCopy(source: Store, target: Store, options: CopyOptions = {}): Promise<Verified> {
  refuseItself(source, target);
  const { difference, events, streams, position, targetPosition } = await compareLogs(source.log, target.log, {
    extent: 'whole',
    signal: options.signal,
    onProgress: await progressOf('verifying', source.log, undefined, options),
  });
  if (difference) throw new CopyRefused(`The target is not a copy of the source: ${difference}`);
  const other = await compareKeys(source.keyRing, target.keyRing);
  if (other) throw new CopyRefused(`The target is not a copy of the source: ${other}`);
  let keys = 0;
  for await (const _key of source.keyRing.keys()) keys++;
  return { events, streams, keys, sourcePosition: position, targetPosition };
}

function refuseItself(source: Store, target: Store): void {
  if (source.log.id === target.log.id) throw new CopyRefused('Source and target are one and the same log.');
}

/** @returns how many events were copied */
async function copyEvents(
  source: EventLog,
  target: EventLog,
  after: bigint | undefined,
  options: CopyOptions,
): Promise<number> {
  const { signal } = options;
  const tell = await progressOf('copying', source, after, options);
  let copied = 0;
  for await (const batch of batches(everyEvent(source, after, signal))) {
    signal?.throwIfAborted();
    await append(target, batch, signal);
    copied += batch.length;
    tell({ events: copied, position: batch.at(-1)?.position });
  }
  return copied;
}

/** Neighbours of one stream together, as many as one append takes. */
async function* batches(events: AsyncIterable<RecordedEvent>): AsyncGenerator<readonly RecordedEvent[], void, void> {
  let batch: RecordedEvent[] = [];
  let bytes = 0;
  for await (const event of events) {
    const size = sizeOf(event);
    const isNext = event.stream === batch.at(-1)?.stream && batch.length < MOST_EVENTS && bytes + size <= MOST_BYTES;
    if (!isNext && batch.length > 0) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function sizeOf({ id, type, data, metadata = '' }: RecordedEvent): number {
  return FRAME_BYTES + id.length + type.length + Buffer.byteLength(data) + Buffer.byteLength(metadata);
}

async function append(target: EventLog, batch: readonly RecordedEvent[], signal?: AbortSignal): Promise<void> {
  const [first] = batch as [RecordedEvent];
  const { stream, revision } = first;
  const events = batch.map(asNewEvent);
  try {
    // Whatever became of an attempt without an answer: the same events at the same revision are written once.
    await untilAvailable(() => target.append(stream, events, revision === 0n ? 'none' : revision - 1n), signal);
  } catch (error) {
    if (!(error instanceof WrongExpectedRevision)) throw error;
    throw new CopyRefused(
      `Something else is writing to the target: ${stream} is at revision ${error.actual ?? 'none'} there, where the ` +
        `copying has come to revision ${revision}.`,
      { cause: error },
    );
  }
}

/** The stamps are kept as they are, also those that step back: the effective times follow from them as they did. */
function asNewEvent(event: RecordedEvent): NewEvent {
  const { id, type, data, metadata } = event;
  return { id, type, data, metadata, originalRecordedAt: stampOf(event) };
}

async function progressOf(
  step: CopyStep,
  source: EventLog,
  after: bigint | undefined,
  { onProgress, signal }: CopyOptions,
): Promise<(at: { readonly events: number; readonly position: bigint | undefined }) => void> {
  if (!onProgress) return () => undefined;
  const { position: head = 0n } = await untilAvailable(() => source.head(), signal);
  let first = head;
  for await (const event of source.readAll({ limit: 1 })) first = event.position;
  const start = performance.now();
  const show = (events: number, position: bigint) =>
    onProgress({
      step,
      done: Number(position - first),
      total: Number(head - first),
      events,
      eventsPerSecond: Math.round(events / Math.max(0.001, (performance.now() - start) / 1_000)),
    });
  show(0, after ?? first);
  return ({ events, position }) => show(events, position ?? first);
}
