import { type EventLog, type ReadStreamOptions, StreamNotFound } from '../../application/ports/event-log.js';
import { readStored, type StoredEvent } from '../../application/stored-event.js';
import { effective } from '../../domain/history.js';

/** A registration that an import made from what it knew then. */
export interface LateRegistration {
  /** Of the version that counts now. */
  readonly eventId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const registered: ReadonlySet<string> = new Set(['CustomerRegistered', 'RepRegistered']);

/**
 * The registration of a customer or rep, if an import made it and it counts from a later instant than `needed` on (UTC,
 * ISO 8601 with milliseconds): files may be imported in any order, and an earlier one tells of earlier days. What
 * somebody registered or corrected by hand is as it was meant.
 */
export async function lateRegistration(
  log: EventLog,
  stream: string,
  needed: string,
): Promise<LateRegistration | undefined> {
  // Imports only ever move a registration back in time: one that was early enough needs no second look.
  const [first] = await eventsOf(log, stream, { limit: 1 });
  if (!first || first.occurredAt <= needed) return undefined;
  const events = await eventsOf(log, stream);
  const version = effective(events).find(({ type }) => registered.has(type));
  if (!version || version.occurredAt <= needed) return undefined;
  const said = events.find(({ id }) => id === version.id);
  if (said?.metadata.source !== 'import') return undefined;
  return { eventId: version.id, data: version.data as LateRegistration['data'] };
}

async function eventsOf(log: EventLog, stream: string, options?: ReadStreamOptions): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  try {
    for await (const recorded of log.read(stream, options)) events.push(readStored(recorded));
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
  return events;
}
