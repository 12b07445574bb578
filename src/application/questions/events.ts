import type { Question } from '../ask.js';
import { BadQuestion } from '../ask.js';
import { BadPosition, formatPosition, parsePosition } from '../ports/position.js';
import type { StoredEvent } from '../stored-event.js';
import { findCustomer } from './customer.js';
import { storedAt } from './entries.js';
import { limitOf, type Paging } from './paging.js';

export interface EventsParams extends Pick<Paging, 'limit'> {
  /** A position: events after it; from the beginning when left out. */
  readonly after?: string;
  /** Types as stored, corrections and retractions included. */
  readonly types?: readonly string[];
  readonly customerId?: string;
}

/** An event as the log holds it, its texts opened. */
export interface AuditedEvent {
  readonly id: string;
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly type: string;
  readonly occurredAt: string;
  /** Effective recorded time. */
  readonly recordedAt: string;
  readonly actor: string;
  readonly source: string;
  readonly data: unknown;
  readonly metadata: StoredEvent['metadata'];
}

export interface Events {
  readonly events: readonly AuditedEvent[];
  /** Give it as `after` for what follows; absent at the end. */
  readonly next?: string;
}

/** The audit log: what was recorded, in the log's order. */
export const events: Question<EventsParams, Events> = async (reading, params, { log }) => {
  const limit = limitOf(params);
  let after = 0n;
  if (params.after !== undefined) {
    try {
      after = parsePosition(log.id, params.after);
    } catch (error) {
      throw error instanceof BadPosition ? new BadQuestion('after', error.message) : error;
    }
  }
  const found = params.customerId === undefined ? undefined : await findCustomer(reading, params.customerId);
  const rows = await reading.rows<{ position: number; stream: string; revision: number; recordedAt: string }>(
    `SELECT position, stream, revision, recorded_at FROM audited($as_of, $known)
     WHERE position > CAST($after AS BIGINT)
       ${params.types ? 'AND type IN (SELECT unnest(CAST($types AS VARCHAR[])))' : ''}
       ${found ? 'AND customer IN (SELECT unnest(CAST($members AS INTEGER[])))' : ''}
     ORDER BY position
     LIMIT CAST($limit AS BIGINT) + 1`,
    { after, types: params.types, members: found?.members, limit },
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    events: await Promise.all(
      shown.map(async ({ stream, revision, recordedAt }) => {
        const event = await storedAt(log, stream, revision);
        return {
          id: event.id,
          position: formatPosition(log.id, event.position),
          stream,
          revision: String(event.revision),
          type: event.type,
          occurredAt: event.occurredAt,
          recordedAt,
          actor: event.metadata.actor,
          source: event.metadata.source,
          data: event.data,
          metadata: event.metadata,
        };
      }),
    ),
    ...(rows.length > limit && last && { next: formatPosition(log.id, BigInt(last.position)) }),
  };
};
