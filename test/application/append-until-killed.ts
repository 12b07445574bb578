import { randomInt, randomUUID } from 'node:crypto';
import type { EventLog } from '../../src/application/ports/event-log.js';

/** One line of output per acknowledged append. */
export interface Acknowledged {
  readonly stream: string;
  readonly ids: readonly string[];
  readonly revision: string;
  readonly position: string;
}

/** Says in each event to which append it belongs, so that a half-written one is recognised. */
export interface PartOfAppend {
  readonly append: string;
  readonly index: number;
  readonly of: number;
}

const STREAMS_AT_ONCE = 8;
const MOST_EVENTS = 40;

/** The body of a process that is made to be killed: appends to several streams at once and tells what was acknowledged. */
export async function appendUntilKilled(log: EventLog): Promise<void> {
  await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, () => appendToOneStream(log)));
}

async function appendToOneStream(log: EventLog): Promise<void> {
  const stream = `customer-${randomUUID()}`;
  let last: bigint | undefined;
  for (;;) {
    const append = randomUUID();
    const of = randomInt(1, MOST_EVENTS);
    const events = Array.from({ length: of }, (_, index) => ({
      id: randomUUID(),
      type: 'PartWritten',
      data: JSON.stringify({ append, index, of } satisfies PartOfAppend),
    }));
    const { revision, position } = await log.append(stream, events, last ?? 'none');
    last = revision;
    const line: Acknowledged = {
      stream,
      ids: events.map(({ id }) => id),
      revision: String(revision),
      position: String(position),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}
