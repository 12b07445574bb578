import fc from 'fast-check';
import type { GivenEvent } from '../../support/read-side.js';

const uuid = (kind: string, number: number) => `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`;
const DAY = 86_400_000;
const START = Date.parse('2025-01-01T00:00:00Z');
const MEMBERS = 5;

/** What one step of a history is made from; numbers choose among what there is. */
interface Step {
  readonly what: number;
  readonly who: number;
  readonly which: number;
  readonly occurredDay: number;
  /** Minutes since the step before; negative when a clock is set back. */
  readonly later: number;
}

/** Random histories with corrections, retractions, merges, take-overs and clocks that step back. */
export const histories: fc.Arbitrary<GivenEvent[]> = fc
  .array(
    fc.record({
      what: fc.nat(11),
      who: fc.nat(MEMBERS - 1),
      which: fc.nat(1_000),
      occurredDay: fc.nat(400),
      later: fc.integer({ min: -600, max: 3_000 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map(tell);

function tell(steps: readonly Step[]): GivenEvent[] {
  const told: GivenEvent[] = [];
  /** Latest effective versions of the events that can be corrected. */
  const standing: { event: GivenEvent; id: string; type: string; data: unknown }[] = [];
  let now = START;
  for (const [index, step] of steps.entries()) {
    now += step.later * 60_000;
    const id = uuid('a', index);
    const at = new Date(START + step.occurredDay * DAY).toISOString();
    const recordedAt = new Date(now).toISOString();
    const customer = `customer-${uuid('c', step.who)}`;
    const target = standing[step.which % Math.max(1, standing.length)];
    const add = (type: string, data: unknown, stream = customer) => {
      const event: GivenEvent = { id, type, at, recordedAt, stream, data };
      told.push(event);
      standing.push({ event, id, type, data });
    };
    if (step.what <= 2) add('OrderPlaced', order(step, index));
    else if (step.what <= 4) add('VisitLogged', visit(step, index));
    else if (step.what === 5)
      add('CustomerRegistered', { name: `Customer ${index}`, lifecycle: 'customer', externalIds: [] });
    else if (step.what === 6)
      add(
        'ExchangeRateSet',
        { from: 'USD', to: 'EUR', rate: `0.${step.which + 1}`, validFrom: at.slice(0, 10) },
        'policy-exchange-rates',
      );
    else if (step.what === 7)
      add('OrderLineReturned', { ...order(step, index), orderId: undefined, returnId: uuid('e', index) });
    else if (step.what === 8) {
      const data = { survivorId: uuid('c', step.who), mergedIds: [uuid('c', (step.who + 1) % MEMBERS)] };
      told.push({ id, type: 'CustomersMerged', at, recordedAt, stream: customer, data });
    } else if (step.what === 9 && target) {
      const data = { targetEventId: target.id, reason: 'wrong' };
      told.push({ id, type: 'EventRetracted', at, recordedAt, stream: target.event.stream, data });
      standing.splice(standing.indexOf(target), 1);
    } else if (target) {
      const data =
        target.type === 'VisitLogged' ? { ...(target.data as object), durationMinutes: 1 + step.which } : target.data;
      const replacement = { type: target.type, schemaVersion: 1, occurredAt: at, data };
      told.push({
        id,
        type: 'EventCorrected',
        at,
        recordedAt,
        stream: target.event.stream,
        data: { targetEventId: target.id, replacement, reason: 'wrong' },
      });
      standing[standing.indexOf(target)] = { ...target, id, data };
    }
  }
  return told;
}

function order(step: Step, index: number) {
  return {
    orderId: uuid('b', index),
    currency: step.which % 5 === 0 ? 'USD' : 'EUR',
    ...(step.which % 3 === 0 ? { country: `Country ${step.which % 7}` } : {}),
    lines: Array.from({ length: 1 + (step.which % 3) }, (_, line) => ({
      sku: `sku-${line}`,
      quantity: String(1 + line),
      net: step.which * 10 + line,
      ...(line % 2 === 0 ? { listPrice: `${step.which}.5`, cost: step.which } : {}),
    })),
  };
}

function visit(step: Step, index: number) {
  return {
    visitId: uuid('d', index),
    heldBy: [`rep${step.which % 3}`],
    contactPersons: step.which % 2 === 0 ? [{ id: uuid('f', step.which), layer: 'tactical' }] : [],
    orderIds: [],
    topics: [],
  };
}
