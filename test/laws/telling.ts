import fc from 'fast-check';
import type { RecordedEvent } from '../../src/application/ports/event-log.js';
import { readStored } from '../../src/application/stored-event.js';
import { policyStream } from '../../src/domain/streams.js';
import { Recorder } from '../support/recorder.js';
import { beginning, commandsOf, customers, dateOf, instantOf, type Seen, span, type Told, told } from './history.js';

export const histories = fc.array(told, { minLength: 15, maxLength: 70 });

/** Tells all of it, by a clock that may step back; what goes against a rule is told in vain. */
export async function recordAll(history: readonly Told[]): Promise<RecordedEvent[]> {
  const recorder = await Recorder.open();
  try {
    let now = Date.parse(instantOf(span + 30));
    recorder.clock.time = now;
    const seen: Seen[] = [];
    // So few customers have to be enough for a model of how customers buy.
    await recorder.tell(policyStream('value'), 'SetValuePolicy', {
      occurredAt: instantOf(0),
      validFrom: dateOf(0),
      thresholds: { a: '0.25', b: '0.5', c: '0.75' },
      minimumRepeaters: 2,
    });
    for (const customer of customers) await recorder.customer(customer, { occurredAt: instantOf(0) });
    for (const [step, it] of [...beginning, ...history].entries()) {
      now = Math.max(now + it.tick, Date.parse(instantOf(span + 1)));
      recorder.clock.time = now;
      const record = commandsOf(it, seen, step);
      if (!record) continue;
      for (const outcome of await recorder.handler.execute(record)) {
        if (outcome.status !== 'recorded') continue;
        for await (const recorded of recorder.log.read(record.stream, { from: BigInt(outcome.revision), limit: 1 })) {
          const event = readStored(recorded);
          const replaced = (event.data as { replacement?: { type: string; data: Seen['data'] } }).replacement;
          const subject = replaced ?? { type: event.type, data: event.data as Seen['data'] };
          seen.push({ stream: record.stream, eventId: event.id, ...subject });
        }
      }
    }
    const events: RecordedEvent[] = [];
    for await (const event of recorder.log.readAll()) events.push(event);
    return events;
  } finally {
    await recorder.close();
  }
}

/** How much of a log of so many events is known, at least its first. @param share from 0 to 1 */
export function knownOf(events: readonly RecordedEvent[], share: number): RecordedEvent[] {
  return events.slice(0, 1 + Math.floor(share * (events.length - 1)));
}

/** When what an event says begins to hold: with what happened, or on an earlier day that it names. */
function beginsToHold({ occurredAt, data }: { occurredAt: string; data: unknown }): string {
  const { validFrom } = data as { validFrom?: string };
  return validFrom !== undefined && validFrom < occurredAt ? validFrom : occurredAt;
}

/** The prefix up to a position without the events whose effective version is valid after a date. */
export function leaveOutLater(prefix: readonly RecordedEvent[], asOf: string): RecordedEvent[] {
  const chainOf = new Map<string, string>();
  const occurs = new Map<string, string>();
  for (const event of prefix.map(readStored)) {
    const { targetEventId, replacement } = event.data as {
      targetEventId?: string;
      replacement?: { occurredAt: string; data: unknown };
    };
    const chain = (targetEventId && chainOf.get(targetEventId)) || event.id;
    chainOf.set(event.id, chain);
    // Two that were one all along are so for every date.
    if (event.type === 'CustomersMerged') occurs.set(chain, '');
    else if (!targetEventId) occurs.set(chain, beginsToHold(event));
    else if (replacement) occurs.set(chain, beginsToHold(replacement));
  }
  // Without the events before it, an event would lose the effective recorded time that it owes to them.
  let effective = 0;
  return prefix
    .map((event) => {
      effective = Math.max(effective, event.recordedAt);
      return { ...event, recordedAt: effective };
    })
    .filter((event) => (occurs.get(chainOf.get(event.id) as string) as string) <= asOf);
}
