import fc from 'fast-check';
import { Histories, type History } from '../../src/application/histories.js';
import { type CommandEnvelope, type Outcome, Record } from '../../src/application/record.js';
import type { Customer } from '../../src/domain/customer.js';
import { deciderOf } from '../../src/domain/deciders.js';
import { effective, fold } from '../../src/domain/history.js';
import { customerStream } from '../../src/domain/streams.js';
import { uuid } from '../support/given.js';
import { by, Recorder } from '../support/recorder.js';

/** One step of a random history: `n` picks things, `day` when it happened; corrections pick what was recorded before. */
const step = fc.record({
  kind: fc.constantFrom(
    'visit',
    'plan',
    'call',
    'order',
    'return',
    'cancel',
    'person',
    'left',
    'agree',
    'endAgreement',
    'end',
    'reactivate',
    'promise',
    'keep',
    'referral',
    'assign',
    'correct',
    'correct',
    'retract',
    'repeat',
    'restart',
    'elsewhere',
  ),
  n: fc.nat(5),
  day: fc.integer({ min: 0, max: 160 }),
  tick: fc.integer({ min: -86_400_000, max: 86_400_000 }),
});
type Step = (typeof step extends fc.Arbitrary<infer T> ? T : never) & { kind: string };

const stream = customerStream(uuid(1));
const at = (day: number) => new Date(Date.parse('2026-01-01T09:00:00.000Z') + day * 86_400_000).toISOString();
const dateOf = (day: number) => at(day).slice(0, 10);

function commandFor(
  { kind, n, day }: Step,
  ids: readonly string[],
  datas: ReadonlyMap<string, unknown>,
): CommandEnvelope | undefined {
  const occurredAt = at(day);
  // A retracted registration ends the history: once in a while is enough.
  const able = n === 5 ? ids : ids.slice(1);
  const target = able[(day + n) % Math.max(able.length, 1)];
  const lines = [{ sku: `S${n % 2}`, quantity: n + 1, net: 100 }];
  switch (kind) {
    case 'visit':
      return {
        name: 'LogVisit',
        payload: {
          occurredAt,
          contactPersons: n > 3 ? [{ id: uuid(20 + n) }] : [],
          promises: n === 1 ? [{ what: 'A' }] : [],
        },
      };
    case 'plan':
      return { name: 'PlanVisit', id: uuid(600 + n), payload: { window: { from: dateOf(day), to: dateOf(day + n) } } };
    case 'call':
      return { name: 'LogInteraction', payload: { occurredAt, channel: 'phone' } };
    case 'order':
      return { name: 'PlaceOrder', id: uuid(50 + n), payload: { occurredAt, currency: 'EUR', lines } };
    case 'return':
      return { name: 'ReturnOrderLines', payload: { orderId: uuid(50 + (day % 6)), lines } };
    case 'cancel':
      return { name: 'CancelOrder', payload: { orderId: uuid(50 + n) } };
    case 'person':
      return { name: 'AddContactPerson', id: uuid(20 + n), payload: { name: 'Marie', layer: 'tactical' } };
    case 'left':
      return { name: 'RecordContactPersonLeft', payload: { contactPersonId: uuid(20 + n), occurredAt } };
    case 'agree':
      return {
        name: 'AgreeDiscount',
        id: uuid(60 + n),
        payload: {
          scope: { kind: 'all' },
          rate: 0.1,
          validFrom: dateOf(day),
          validTo: n > 2 ? undefined : dateOf(day + 30),
        },
      };
    case 'endAgreement':
      return { name: 'EndAgreement', payload: { agreementId: uuid(60 + n), endsOn: dateOf(day) } };
    case 'end':
      return { name: 'EndCustomer', payload: { initiator: 'them', occurredAt } };
    case 'reactivate':
      return { name: 'ReactivateCustomer', payload: { occurredAt } };
    case 'promise':
      return { name: 'MakePromise', id: uuid(40 + n), payload: { what: 'Samples', occurredAt } };
    case 'keep':
      return { name: 'KeepPromise', payload: { promiseId: uuid(40 + n) } };
    case 'referral':
      return { name: 'ReceiveReferral', id: uuid(70 + n), payload: { prospect: { name: 'B' } } };
    case 'assign':
      return {
        name: 'AssignAccountTeamMember',
        payload: { repId: `rep${n}`, role: 'accountManager', validFrom: dateOf(day) },
      };
    case 'correct': {
      if (!target) return undefined;
      const data = datas.get(target) as { [field: string]: unknown };
      return {
        name: 'CorrectEvent',
        payload: {
          targetEventId: target,
          replacement: { occurredAt: n > 2 ? occurredAt : undefined, data },
          reason: 'Wrong.',
        },
      };
    }
    case 'retract':
      return target ? { name: 'RetractEvent', payload: { targetEventId: target, reason: 'Wrong.' } } : undefined;
    default:
      return undefined;
  }
}

/** The data of each recorded event as a correction may send it again: with plain texts. */
function plainTexts(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, field) => (field?.sealedFor ? 'text' : field));
}

function kept(recorder: Recorder): History | undefined {
  return (recorder.handler as unknown as { histories: Histories }).histories.find(stream);
}

describe('any history', () => {
  it('gives the same state whether it was kept, replayed or folded from the effective history, and its rules hold throughout', async () => {
    let corrections = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
        const recorder = await Recorder.open();
        try {
          await recorder.customer(uuid(1));
          let last: { command: CommandEnvelope; outcome: Outcome } | undefined;
          for (const told of steps) {
            recorder.clock.time += told.tick;
            const events = await recorder.events(stream);
            const datas = new Map(
              events.map(({ id, data }) => [
                id,
                plainTexts((data as { replacement?: { data: unknown } }).replacement?.data ?? data),
              ]),
            );
            if (told.kind === 'restart') recorder.forget();
            if (told.kind === 'repeat' && last) {
              const [again] = await recorder.handler.execute(new Record(stream, [last.command], by));
              expect(again).toEqual(
                last.outcome.status === 'recorded' ? { ...last.outcome, status: 'repeated' } : again,
              );
            }
            const command =
              commandFor(told as Step, [...datas.keys()], datas) ??
              commandFor({ ...told, kind: 'call' } as Step, [], datas);
            const handler = told.kind === 'elsewhere' ? recorder.another() : recorder.handler;
            const envelope = { ...(command as CommandEnvelope), id: command?.id ?? uuid(10_000 + steps.indexOf(told)) };
            const [outcome] = (await handler.execute(new Record(stream, [envelope], by))) as [Outcome];
            expect(['recorded', 'repeated', 'refused', 'conflict', 'unknown']).toContain(outcome.status);
            if (envelope.name === 'CorrectEvent' && outcome.status === 'recorded') corrections++;
            last = { command: envelope, outcome };
          }
          // What another process recorded is seen with the next command.
          await recorder.tell(stream, 'LogInteraction', { channel: 'phone', occurredAt: at(0) });
          const replayed = await new Histories(recorder.log).load(stream);
          const cached = kept(recorder) as History;
          expect({ ...cached }).toEqual({ ...replayed });
          const { decider, id } = deciderOf(stream);
          const versions = effective(await recorder.events(stream));
          expect(fold(decider, id, versions)).toEqual(replayed.state);
          const strict = decider.initial(id) as Customer;
          for (const version of versions) {
            decider.check(strict, version);
            decider.evolve(strict, version);
          }
        } finally {
          await recorder.close();
        }
      }),
      { numRuns: 20 },
    );
    // The histories are not so wild that nothing is ever corrected.
    expect(corrections).toBeGreaterThan(5);
  }, 300_000);
});
