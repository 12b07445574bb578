import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  BIGINT,
  DOUBLE,
  type DuckDBBigIntVector,
  DuckDBDataChunk,
  type DuckDBDoubleVector,
  type DuckDBEnum8Vector,
  type DuckDBIntegerVector,
  type DuckDBVarCharVector,
  ENUM,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import { effectiveTime } from '../../application/ports/effective-time.js';
import type { RecordedEvent } from '../../application/ports/event-log.js';
import { catalogue, definitionOf } from '../../domain/catalogue.js';
import { upcast } from '../../domain/event.js';
import type { Metadata } from '../../domain/metadata.js';
import type { CustomerKeys } from './customer-keys.js';
import type { LocalDays } from './local-days.js';

/** An event that says another one does not hold (any longer). */
export interface Supersession {
  readonly position: bigint;
  /** Surrogate key of the stream's customer; 0 for another stream. */
  readonly customer: number;
  readonly stream: string;
  readonly targetEventId: string;
}

/** A batch of events as the facts' SQL sees them, ready to be appended to the tables `staged_0` and `staged_1`. */
export interface PresentedEvents {
  readonly chunks: readonly DuckDBDataChunk[];
  /** To be called when the chunks have been appended: they are filled again. */
  readonly release: () => void;
  readonly types: ReadonlySet<string>;
  readonly supersessions: readonly Supersession[];
  readonly count: number;
  readonly lastPosition: bigint;
  readonly lastEventId: string;
  readonly recordedAt: number;
}

/** An event that can't be turned into rows. */
export class UnpresentableEvent extends Error {
  constructor(
    readonly event: RecordedEvent,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`Event ${event.type} at position ${event.position} can't be applied: ${reason}`, options);
    this.name = 'UnpresentableEvent';
  }
}

const eventTypes = ENUM(Object.keys(catalogue));

/** Two halves: DuckDB reads a small table with one thread only. */
export const stagedTables = ['staged_0', 'staged_1'] as const;

export const createStagedTables = stagedTables.map(
  (name) => `CREATE TEMP TABLE ${name} (
  position BIGINT, customer INTEGER, revision BIGINT, occurred_ms DOUBLE, occurred_day INTEGER, recorded_ms DOUBLE,
  type ENUM(${eventTypes.values.map((type) => `'${type}'`).join(', ')}), stream VARCHAR, event_id VARCHAR, actor VARCHAR,
  source VARCHAR, data VARCHAR
)`,
);

/** What the facts read. Its columns cost nothing where they are not asked for. */
export const batchView = `CREATE TEMP VIEW batch AS
  SELECT position, nullif(customer, 0) AS customer, nullif(stream, '') AS stream, revision, event_id::UUID AS event_id,
    type, make_timestamp(occurred_ms::BIGINT * 1000) AS occurred_at, DATE '1970-01-01' + occurred_day AS occurred_on,
    make_timestamp(recorded_ms::BIGINT * 1000) AS recorded_at, actor, source, data
  FROM (FROM staged_0 UNION ALL FROM staged_1)`;

const stagedTypes = [
  BIGINT,
  INTEGER,
  BIGINT,
  DOUBLE,
  INTEGER,
  DOUBLE,
  eventTypes,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
];

type Columns = [
  DuckDBBigIntVector,
  DuckDBIntegerVector,
  DuckDBBigIntVector,
  DuckDBDoubleVector,
  DuckDBIntegerVector,
  DuckDBDoubleVector,
  DuckDBEnum8Vector,
  DuckDBVarCharVector,
  DuckDBVarCharVector,
  DuckDBVarCharVector,
  DuckDBVarCharVector,
  DuckDBVarCharVector,
];

const ROWS_PER_CHUNK = 2_048;
/** A millisecond or two of work: what else waits for its turn, the next statement included, waits no longer. */
const ROWS_PER_TURN = 256;
const CUSTOMER_STREAM = 'customer-';

/** Customers that events name beside the one whose stream they are in: they too get a key at their first mention. */
const customersNamed: Readonly<Record<string, (data: Record<string, unknown>) => unknown[]>> = {
  CustomersMerged: (data) => [data.survivorId, ...(data.mergedIds as unknown[])],
  CustomerTakenOver: (data) => [data.by],
  ReferralConverted: (data) => [data.newCustomerId],
  SegmentationAssigned: (data) => (data.assignments as { customerId: string }[]).map(({ customerId }) => customerId),
  SegmentAdjusted: (data) => [data.customerId],
};

/**
 * Chunks that are filled over and over. What they hold lies outside the heap, where the garbage collector does not see
 * how much it is: a new one for every 2,048 events took more than a gigabyte.
 */
export class ChunkPool {
  private readonly idle: DuckDBDataChunk[] = [];

  take(rows: number): DuckDBDataChunk {
    const chunk = this.idle.pop() ?? DuckDBDataChunk.create(stagedTypes);
    chunk.reset();
    chunk.rowCount = rows;
    return chunk;
  }

  giveBack(chunks: readonly DuckDBDataChunk[]): void {
    for (const chunk of chunks) {
      chunk.reset();
      this.idle.push(chunk);
    }
  }
}

interface Told {
  version: number;
  occurredAt: number;
  actor: string;
  source: string;
}

const versionOne = '{"schemaVersion":1,"occurredAt":"';
const INSTANT_LENGTH = 24;
const beforeActor = '","actor":"';
const beforeSource = '","source":"';
const actorAt = versionOne.length + INSTANT_LENGTH + beforeActor.length;

/** What matters stands first in the metadata, so that nearly always it is read without parsing the whole. */
function readMetadata(metadata: string): Told {
  if (metadata.startsWith(versionOne) && metadata.startsWith(beforeActor, actorAt - beforeActor.length)) {
    const actorEnd = metadata.indexOf('"', actorAt);
    const sourceAt = actorEnd + beforeSource.length;
    const actor = metadata.slice(actorAt, actorEnd);
    if (metadata.startsWith(beforeSource, actorEnd) && !actor.includes('\\')) {
      return {
        version: 1,
        occurredAt: Date.parse(metadata.slice(versionOne.length, versionOne.length + INSTANT_LENGTH)),
        actor,
        source: metadata.slice(sourceAt, metadata.indexOf('"', sourceAt)),
      };
    }
  }
  const { schemaVersion, occurredAt, actor, source } = JSON.parse(metadata) as Metadata;
  return { version: schemaVersion, occurredAt: Date.parse(occurredAt), actor, source };
}

function currentData(type: string, version: number, data: string): string {
  const definition = definitionOf(type);
  if (!definition) throw new Error('this version of the software does not know its type.');
  if (version === definition.version) return data;
  if (version > definition.version) throw new Error(`it is of version ${version}, written by newer software.`);
  return JSON.stringify(upcast(definition, version, JSON.parse(data)));
}

interface Correction {
  targetEventId: string;
  replacement: { type: string; schemaVersion: number; occurredAt: string; data: unknown };
}

interface Presented {
  type: string;
  occurredAt: number;
  data: string;
  targetEventId: string | undefined;
}

function present(event: RecordedEvent, { version, occurredAt }: Told): Presented {
  if (Number.isNaN(occurredAt)) throw new Error('it does not say when it happened.');
  const data = currentData(event.type, version, event.data);
  if (event.type === 'EventCorrected') {
    const { targetEventId, replacement } = JSON.parse(data) as Correction;
    return {
      type: replacement.type,
      occurredAt: Date.parse(replacement.occurredAt),
      data: currentData(replacement.type, replacement.schemaVersion, JSON.stringify(replacement.data)),
      targetEventId,
    };
  }
  const targetEventId =
    event.type === 'EventRetracted' ? (JSON.parse(data) as { targetEventId: string }).targetEventId : undefined;
  return { type: event.type, occurredAt, data, targetEventId };
}

/**
 * Turns events of the log into rows for `staged_0` and `staged_1`: old versions brought up to date, a correction shown as an event of
 * the type it corrects that supersedes its target, a retraction as one that only supersedes. What is sealed stays so.
 *
 * Gives way to the rest of the process after each chunk.
 * @param recordedAt effective recorded time of the event before the first
 * @throws UnpresentableEvent
 */
export async function presentEvents(
  events: readonly RecordedEvent[],
  recordedAt: number | undefined,
  keys: CustomerKeys,
  days: LocalDays,
  pool: ChunkPool,
): Promise<PresentedEvents> {
  const chunks: DuckDBDataChunk[] = [];
  const types = new Set<string>();
  const supersessions: Supersession[] = [];
  let recorded = recordedAt;
  for (let start = 0; start < events.length; start += ROWS_PER_CHUNK) {
    const count = Math.min(ROWS_PER_CHUNK, events.length - start);
    const chunk = pool.take(count);
    const columns = stagedTypes.map((_, column) => chunk.getColumnVector(column)) as Columns;
    const [
      position,
      customerKey,
      revision,
      occurredMs,
      occurredDay,
      recordedMs,
      type,
      stream,
      eventId,
      actor,
      source,
      data,
    ] = columns;
    for (let row = 0; row < count; row++) {
      if (row > 0 && row % ROWS_PER_TURN === 0) await nextTurn();
      const event = events[start + row]!;
      recorded = effectiveTime(event, recorded);
      try {
        const told = readMetadata(event.metadata ?? '{}');
        const presented = present(event, told);
        const customer = event.stream.startsWith(CUSTOMER_STREAM)
          ? keys.keyOf(event.stream.slice(CUSTOMER_STREAM.length), event.position)
          : 0;
        const named = customersNamed[presented.type];
        if (named) {
          for (const id of named(JSON.parse(presented.data))) keys.keyOf(String(id).toLowerCase(), event.position);
        }
        types.add(presented.type);
        if (presented.targetEventId !== undefined) {
          const { targetEventId } = presented;
          supersessions.push({ position: event.position, customer, stream: event.stream, targetEventId });
        }
        position.setItem(row, event.position);
        customerKey.setItem(row, customer);
        revision.setItem(row, event.revision);
        occurredMs.setItem(row, presented.occurredAt);
        occurredDay.setItem(row, days.dayOf(presented.occurredAt));
        recordedMs.setItem(row, recorded);
        type.setItem(row, presented.type);
        stream.setItem(row, customer === 0 ? event.stream : '');
        eventId.setItem(row, event.id);
        actor.setItem(row, told.actor);
        source.setItem(row, told.source);
        data.setItem(row, presented.data);
      } catch (cause) {
        throw new UnpresentableEvent(event, cause instanceof Error ? cause.message : String(cause), { cause });
      }
    }
    for (const column of columns) {
      column.flush();
      await nextTurn();
    }
    chunks.push(chunk);
  }
  const last = events.at(-1);
  if (!last || recorded === undefined) throw new Error('There is nothing to present.');
  return {
    chunks,
    release: () => pool.giveBack(chunks),
    types,
    supersessions,
    count: events.length,
    lastPosition: last.position,
    lastEventId: last.id,
    recordedAt: recorded,
  };
}

/** Batches that follow one another as one; at least one. */
export function together(batches: readonly PresentedEvents[]): PresentedEvents {
  const last = batches.at(-1);
  if (!last) throw new Error('There is nothing to present.');
  return {
    ...last,
    chunks: batches.flatMap(({ chunks }) => chunks),
    release: () => {
      for (const batch of batches) batch.release();
    },
    types: new Set(batches.flatMap(({ types }) => [...types])),
    supersessions: batches.flatMap(({ supersessions }) => supersessions),
    count: batches.reduce((sum, { count }) => sum + count, 0),
  };
}
