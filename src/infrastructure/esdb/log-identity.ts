import { randomBytes, randomUUID } from 'node:crypto';
import type { ResolvedEvent } from '@eventstore/db-client';
import { LogDamaged } from '../../application/ports/event-log.js';
import type { EsdbConnection } from './connection.js';
import { failureOf, isPassing, NoAnswer } from './errors.js';
import { IDENTITY_STREAM } from './own-streams.js';
import { answers } from './reading.js';

export interface LogIdentity {
  readonly id: string;
  /** No event of the log lies before it. */
  readonly position: bigint;
}

const FIRST_PAUSE_MS = 30;
const LONGEST_PAUSE_MS = 500;

/**
 * The log's id, given once and for ever by the first one to open the log; those who open it at the same time agree.
 * @param patienceMs how long the server may be out of reach
 * @throws LogDamaged, and the client's errors
 */
export async function logIdentity(
  connection: EsdbConnection,
  prefix: string,
  patienceMs: number,
): Promise<LogIdentity> {
  const until = performance.now() + patienceMs;
  for (let attempt = 0; ; attempt++) {
    const left = Math.max(until - performance.now(), 100);
    try {
      const found = await read(connection, prefix + IDENTITY_STREAM, left);
      if (found) return found;
      await give(connection, prefix + IDENTITY_STREAM, left);
    } catch (error) {
      const failure = failureOf(error);
      // Somebody else was first: what they wrote is read.
      if (failure.kind !== 'conflict' && !isPassing(failure)) throw error;
      if (performance.now() >= until) throw failure.kind === 'conflict' ? new NoAnswer(patienceMs) : error;
    }
    if (attempt > 0) await connection.pause(attempt, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  }
}

async function read(
  connection: EsdbConnection,
  stream: string,
  milliseconds: number,
): Promise<LogIdentity | undefined> {
  try {
    const events = answers<ResolvedEvent>(
      connection,
      (client, options) => client.readStream(stream, { ...options, maxCount: 1 }),
      milliseconds,
    );
    for await (const { event } of events) {
      const id = (event?.data as { id?: unknown } | undefined)?.id;
      const position = event?.position?.commit;
      if (typeof id === 'string' && /^[a-z0-9]{10,}$/.test(id) && position !== undefined) return { id, position };
    }
  } catch (error) {
    if (failureOf(error).kind === 'missing') return undefined;
    if (failureOf(error).kind !== 'tombstoned') throw error;
  }
  throw new LogDamaged(`The event log ${connection.described} is damaged: what gives its id in ${stream} is gone.`);
}

function give(connection: EsdbConnection, stream: string, milliseconds: number): Promise<unknown> {
  const event = {
    id: randomUUID(),
    contentType: 'application/json' as const,
    type: 'LogIdentified',
    data: { id: randomBytes(6).toString('hex') },
    metadata: undefined,
  };
  return connection.call(
    (client, options) => client.appendToStream(stream, event, { ...options, expectedRevision: 'no_stream' }),
    milliseconds,
  );
}
