import { definitionOf } from '../domain/catalogue.js';
import { type DomainEvent, type EventDefinition } from '../domain/event.js';
import type { Metadata } from '../domain/metadata.js';
import { Invalid } from '../domain/refused.js';
import { eventIdFor } from './event-id.js';
import type { NewEvent } from './ports/event-log.js';
import type { KeyRing } from './ports/key-ring.js';
import { isSealed, replaceAt, seal } from './sealing.js';

/** What the events of one request have in common. */
export interface Request {
  readonly id: string;
  /** UTC instant in ISO 8601 with milliseconds. */
  readonly told: string;
  /** See `requestHash`. */
  readonly hash: string;
  readonly actor: string;
  readonly source: Metadata['source'];
  readonly correlationId?: string;
  readonly causationId?: string;
  /** Simulated clock of a demo: it then counts as the recorded time, too. */
  readonly now?: number;
}

/** The event with its personal texts sealed, each under its subject's key. @throws Invalid, KeyDestroyed */
export async function sealEvent(stream: string, event: DomainEvent, keyRing: KeyRing): Promise<DomainEvent> {
  const data = await sealData(stream, definitionOf(event.type) as EventDefinition, event.data, keyRing, '');
  if (event.type !== 'EventCorrected') return data === event.data ? event : { ...event, data };
  // The replacement's texts are those of its own type, and belong to whom they belonged to before.
  const corrected = data as { replacement: { type: string; data: unknown } };
  const { replacement } = corrected;
  const replaced = definitionOf(replacement.type) as EventDefinition;
  const sealed = await sealData(stream, replaced, replacement.data, keyRing, 'replacement.data.');
  return { ...event, data: { ...corrected, replacement: { ...replacement, data: sealed } } };
}

async function sealData(
  stream: string,
  definition: EventDefinition,
  data: unknown,
  keyRing: KeyRing,
  prefix: string,
): Promise<unknown> {
  let texts = false;
  for (const path of definition.sealedPaths) {
    if (path[0] !== undefined && (data as Record<string, unknown>)[path[0]] !== undefined) texts = true;
  }
  if (!texts) return data;
  const subject = definition.subject?.(data as Readonly<Record<string, unknown>>) ?? stream;
  const key = await keyRing.keyFor(subject);
  const sealed = replaceAt(data, definition.sealedPaths, (text) => {
    if (typeof text === 'string') return seal(text, subject, key);
    const paths = definition.sealedPaths.map((path) => prefix + path.join('.'));
    throw new Invalid([{ path: prefix.slice(0, -1), message: `takes plain texts only in ${paths.join(', ')}` }]);
  });
  replaceAt(sealed, definition.sealedPaths, mustBeSealed);
  return sealed;
}

/** What is stored in plain text once can never be erased. */
function mustBeSealed(text: unknown): unknown {
  if (!isSealed(text)) throw new Error('A personal text was about to be stored unsealed.');
  return text;
}

/** The index-th event of a request as the log takes it. */
export function writeEvent(
  stream: string,
  event: DomainEvent,
  index: number,
  request: Request,
  previousHash: string | undefined,
): NewEvent {
  const metadata: Metadata = {
    // These two first: projections read them from the front.
    schemaVersion: definitionOf(event.type)?.version ?? 1,
    occurredAt: event.occurredAt,
    actor: request.actor,
    source: request.source,
    requestId: request.id,
    requestHash: request.hash,
    correlationId: request.correlationId,
    causationId: request.causationId,
    previousHash,
  };
  return {
    id: eventIdFor(stream, request.id, index),
    type: event.type,
    data: JSON.stringify(event.data),
    metadata: JSON.stringify(metadata),
    ...(request.now === undefined ? {} : { originalRecordedAt: request.now }),
  };
}
