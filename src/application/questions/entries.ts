import { definitionOf } from '../../domain/catalogue.js';
import { upcast } from '../../domain/event.js';
import { type EventLog, LogDamaged, type RecordedEvent } from '../ports/event-log.js';
import { formatPosition } from '../ports/position.js';
import { readStored, type StoredEvent } from '../stored-event.js';

/** A row of customer_event. */
export interface EventRow {
  readonly position: number;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly eventId: string;
  readonly type: string;
  readonly actor: string;
  readonly source: string;
  readonly stream: string;
  readonly revision: number;
  readonly replaces: number | null;
  readonly replacesEventId: string | null;
  readonly supersededHow: 'corrected' | 'retracted' | null;
  readonly supersedingEventId: string | null;
  readonly supersedingActor: string | null;
  readonly supersedingRevision: number | null;
  readonly supersededAt: string | null;
}

/** Something that was recorded, with who told it and what became of it. */
export interface Entry {
  readonly eventId: string;
  readonly position: string;
  readonly type: string;
  readonly kind: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  /** Who told the system. */
  readonly actor: string;
  readonly source: string;
  readonly data: unknown;
  /** Whether it still counts. */
  readonly effective: boolean;
  /** What it replaces, and why. */
  readonly corrects?: { readonly eventId: string; readonly reason: unknown };
  /** What became of it, who said so, when and why. */
  readonly superseded?: {
    readonly how: 'corrected' | 'retracted';
    readonly eventId: string;
    readonly recordedAt: string;
    readonly actor: string;
    readonly reason: unknown;
  };
}

interface Correction {
  readonly replacement: { readonly type: string; readonly schemaVersion: number; readonly data: unknown };
  readonly reason: unknown;
}

/** @throws LogDamaged when the log does not hold what the read side was made from */
export async function storedAt(log: EventLog, stream: string, revision: number): Promise<StoredEvent> {
  const wanted = BigInt(revision);
  for await (const recorded of log.read(stream, { from: wanted, limit: 1 })) {
    if (recorded.revision === wanted) return readStored(recorded as RecordedEvent);
  }
  throw new LogDamaged(`The log has no event ${revision} in ${stream}.`);
}

/** The data an event brought, in today's shape: of a correction that of what it puts in the place. */
export function dataOf({ type, data }: StoredEvent): unknown {
  if (type !== 'EventCorrected') return data;
  const { replacement } = data as Correction;
  const definition = definitionOf(replacement.type);
  return definition ? upcast(definition, replacement.schemaVersion, replacement.data) : replacement.data;
}

/** What the read side lists, with what the log holds about it. */
export function readEntries(
  log: EventLog,
  rows: readonly EventRow[],
  kindOf: (type: string) => string,
): Promise<Entry[]> {
  return Promise.all(
    rows.map(async (row) => {
      const stored = await storedAt(log, row.stream, row.revision);
      const superseding =
        row.supersedingRevision === null ? undefined : await storedAt(log, row.stream, row.supersedingRevision);
      return {
        eventId: row.eventId,
        position: formatPosition(log.id, BigInt(row.position)),
        type: row.type,
        kind: kindOf(row.type),
        occurredAt: row.occurredAt,
        recordedAt: row.recordedAt,
        actor: row.actor,
        source: row.source,
        data: dataOf(stored),
        effective: superseding === undefined,
        ...(row.replacesEventId !== null && {
          corrects: { eventId: row.replacesEventId, reason: (stored.data as Correction).reason },
        }),
        ...(superseding && {
          superseded: {
            how: row.supersededHow as 'corrected' | 'retracted',
            eventId: row.supersedingEventId as string,
            recordedAt: row.supersededAt as string,
            actor: row.supersedingActor as string,
            reason: (superseding.data as Correction).reason,
          },
        }),
      };
    }),
  );
}
