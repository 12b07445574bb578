import fc from 'fast-check';
import type { Question, Services } from '../../src/application/ask.js';
import type { RecordedEvent } from '../../src/application/ports/event-log.js';
import { agreedVersusGiven } from '../../src/application/questions/agreed-versus-given.js';
import { agreements } from '../../src/application/questions/agreements.js';
import { averageValue } from '../../src/application/questions/average-value.js';
import { card } from '../../src/application/questions/card.js';
import { changes } from '../../src/application/questions/changes.js';
import { comingYear } from '../../src/application/questions/coming-year.js';
import { nextContacts, whyContact } from '../../src/application/questions/contacts.js';
import { contracts } from '../../src/application/questions/contracts.js';
import {
  contributionByGroup,
  contributionOfAll,
  contributionOfOne,
} from '../../src/application/questions/contribution.js';
import { worthOfOne } from '../../src/application/questions/customer-value.js';
import { customers as listOfCustomers } from '../../src/application/questions/customers.js';
import { expectedByGroup, expectedOfAll } from '../../src/application/questions/expected-value.js';
import { migration } from '../../src/application/questions/migration.js';
import { lossMakers, whale } from '../../src/application/questions/profitability.js';
import { pyramid, pyramidMembers } from '../../src/application/questions/pyramid.js';
import { pyramidSeries } from '../../src/application/questions/pyramid-series.js';
import { referralChains, referralValue } from '../../src/application/questions/referral-value.js';
import { retention } from '../../src/application/questions/retention.js';
import { contactScheme } from '../../src/application/questions/scheme.js';
import { segmentationWhatIf } from '../../src/application/questions/segmentation-what-if.js';
import { comparison, segmentation, segmentations } from '../../src/application/questions/segmentations.js';
import { serviceOfOne, serviceQuality } from '../../src/application/questions/service-quality.js';
import { timeline } from '../../src/application/questions/timeline.js';
import { valueByGroup, valueOfAll, valueOfOne } from '../../src/application/questions/value.js';
import { valueBridge } from '../../src/application/questions/value-bridge.js';
import { valueHistoryOfAll, valueHistoryOfOne } from '../../src/application/questions/value-history.js';
import { valueModel } from '../../src/application/questions/value-model.js';
import { valueWhatIf } from '../../src/application/questions/value-what-if.js';
import { readStored } from '../../src/application/stored-event.js';
import { customerStream } from '../../src/domain/streams.js';
import { ThreadedValueModels } from '../../src/infrastructure/lifetime/threaded-value-models.js';
import { ArrayEventLog } from '../support/array-event-log.js';
import { type GivenReadSide, givenReadSide } from '../support/read-side.js';
import { Recorder } from '../support/recorder.js';
import {
  commandsOf,
  customers,
  dateOf,
  instantOf,
  reps,
  type Seen,
  runs as segmentationRuns,
  span,
  type Told,
  told,
} from './history.js';

/** Every view, each asked as its users would. */
const asks: Record<string, [question: Question<never, unknown>, params: object]> = {
  'list of customers': [listOfCustomers as never, { limit: 100 }],
  'value of all': [valueOfAll as never, { limit: 100 }],
  'value by segment': [valueByGroup as never, { by: 'segment' }],
  'value by account manager': [valueByGroup as never, { by: 'accountManager' }],
  'value by country': [valueByGroup as never, { by: 'country' }],
  'value history of all': [valueHistoryOfAll as never, { from: dateOf(0), to: dateOf(span), step: 'quarter' }],
  'contribution of all': [contributionOfAll as never, { limit: 100 }],
  'contribution by segment': [contributionByGroup as never, { by: 'segment' }],
  'contribution by product group': [contributionByGroup as never, { by: 'productGroup' }],
  'whale curve': [whale as never, { parts: 4 }],
  'loss-makers': [lossMakers as never, { limit: 100 }],
  'value bridge': [valueBridge as never, { from: dateOf(span / 2) }],
  'pyramid month by month': [pyramidSeries as never, {}],
  'migration matrix': [migration as never, { from: dateOf(span / 2) }],
  pyramid: [pyramid as never, {}],
  'members of the pyramid': [pyramidMembers as never, { limit: 100 }],
  'retention per year': [retention as never, { period: 'year' }],
  'retention per quarter by segment': [retention as never, { period: 'quarter', by: 'segment' }],
  'retention per month by account manager': [retention as never, { period: 'month', by: 'accountManager' }],
  'retention per year by country': [retention as never, { period: 'year', by: 'country' }],
  'value to come': [expectedOfAll as never, { limit: 100 }],
  'value to come by segment': [expectedByGroup as never, { by: 'segment' }],
  'model of value to come': [valueModel as never, {}],
  'referral chains': [referralChains as never, {}],
  'average revenue per quarter by product group': [averageValue as never, { step: 'quarter', by: 'productGroup' }],
  'average revenue per year by segment': [averageValue as never, { by: 'segment' }],
  'the coming year': [comingYear as never, {}],
  'a year as it was to come': [comingYear as never, { year: 2025 }],
  'contracts in force': [contracts as never, {}],
  'service by account manager': [serviceQuality as never, { by: 'accountManager' }],
  'agreements in force': [agreements as never, {}],
  'agreed against given': [agreedVersusGiven as never, {}],
  'next contacts': [nextContacts as never, { limit: 100 }],
  segmentations: [segmentations as never, {}],
  'a segmentation': [segmentation as never, { runId: segmentationRuns[1] }],
  'a segmentation against another': [comparison as never, { a: segmentationRuns[1], b: segmentationRuns[2] }],
  'other segments tried': [segmentationWhatIf as never, { a: '0.5', b: '0.75', c: '1', visitsA: 7 }],
  'value of more revenue': [valueWhatIf as never, { moreAMonth: 1_000, segment: 'A' }],
  "one rep's next contacts": [nextContacts as never, { reps: [reps[0]], limit: 100 }],
};
for (const [index, customerId] of customers.entries()) {
  asks[`value of customer ${index}`] = [valueOfOne as never, { customerId, explain: true }];
  asks[`value history of customer ${index}`] = [
    valueHistoryOfOne as never,
    { customerId, from: dateOf(0), to: dateOf(span), step: 'month' },
  ];
  asks[`contribution of customer ${index}`] = [contributionOfOne as never, { customerId, explain: true }];
  asks[`customer value of customer ${index}`] = [worthOfOne as never, { customerId }];
  asks[`service of customer ${index}`] = [serviceOfOne as never, { customerId }];
  asks[`referral value of customer ${index}`] = [referralValue as never, { customerId }];
  asks[`card of customer ${index}`] = [card as never, { customerId }];
  asks[`contact scheme of customer ${index}`] = [contactScheme as never, { customerId }];
  asks[`why customer ${index} is contacted`] = [whyContact as never, { customerId }];
}

/** These show what counts no more beside what counts: the law of the log's prefix holds for them, not that of asOf. */
const records: typeof asks = {};
for (const [index, customerId] of customers.entries()) {
  records[`timeline of customer ${index}`] = [timeline as never, { customerId, limit: 100 }];
  records[`changes with customer ${index}`] = [changes as never, { customerId, since: dateOf(span / 3) }];
  records[`changes with customer ${index} since a visit`] = [
    changes as never,
    { customerId, since: `visit:${reps[0]}` },
  ];
}

const models = new ThreadedValueModels();
afterAll(() => models.close());

const services = (given: GivenReadSide): Services => ({
  log: given.log,
  readSide: given.readSide,
  models,
  leaveOut: () => {},
});

async function ask(given: GivenReadSide, name: string, at: { asOf: string; known: bigint }): Promise<unknown> {
  const [question, params] = (asks[name] ?? records[name]) as [Question<never, unknown>, never];
  try {
    return await question(given.reading(at), params as never, services(given));
  } catch (error) {
    // What there is no answer to has to have none on the other side either.
    return { refused: (error as Error).name };
  }
}

/** Tells all of it, by a clock that may step back; what goes against a rule is told in vain. */
async function recordAll(history: readonly Told[]): Promise<RecordedEvent[]> {
  const recorder = await Recorder.open();
  try {
    let now = Date.parse(instantOf(span + 30));
    recorder.clock.time = now;
    const seen: Seen[] = [];
    for (const customer of customers) await recorder.customer(customer, { occurredAt: instantOf(0) });
    for (const [step, it] of history.entries()) {
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

/** The prefix up to a position without the events whose effective version is valid after a date. */
function leaveOutLater(prefix: readonly RecordedEvent[], asOf: string): RecordedEvent[] {
  const chainOf = new Map<string, string>();
  const occurs = new Map<string, string>();
  for (const event of prefix.map(readStored)) {
    const { targetEventId, replacement } = event.data as {
      targetEventId?: string;
      replacement?: { occurredAt: string };
    };
    const chain = (targetEventId && chainOf.get(targetEventId)) || event.id;
    chainOf.set(event.id, chain);
    // Two that were one all along are so for every date.
    if (event.type === 'CustomersMerged') occurs.set(chain, '');
    else if (!targetEventId) occurs.set(chain, event.occurredAt);
    else if (replacement) occurs.set(chain, replacement.occurredAt);
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

const histories = fc.array(told, { minLength: 15, maxLength: 70 });
const moments = fc.array(fc.record({ days: fc.nat(span), known: fc.integer({ min: 0, max: 1_000 }) }), {
  minLength: 2,
  maxLength: 3,
});
const runs = { numRuns: Number(process.env.LAW_RUNS ?? 1), endOnFailure: Boolean(process.env.LAW_QUICK) };

async function reading<Result>(events: readonly RecordedEvent[], use: (given: GivenReadSide) => Promise<Result>) {
  const log = new ArrayEventLog();
  log.put(...events);
  const given = await givenReadSide([], { log } as never);
  try {
    return await use(given);
  } finally {
    await given.close();
  }
}

describe('The law of time travel', () => {
  it('a view at two dates is the view over what was recorded by the one and had happened by the other', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(histories, moments, async (history, points) => {
        const events = await recordAll(history);
        await reading(events, async (full) => {
          for (const { days, known: share } of points) {
            const asOf = instantOf(days);
            const prefix = events.slice(0, 1 + Math.floor((share / 1_000) * (events.length - 1)));
            const known = prefix.at(-1)?.position ?? 0n;
            await reading(leaveOutLater(prefix, asOf), async (part) => {
              for (const name of Object.keys(asks)) {
                const travelled = await ask(full, name, { asOf, known });
                expect({ name, answer: travelled }).toEqual({ name, answer: await ask(part, name, { asOf, known }) });
                // Asking twice gives the same.
                expect({ name, answer: await ask(full, name, { asOf, known }) }).toEqual({ name, answer: travelled });
                compared++;
              }
            });
          }
        });
      }),
      runs,
    );
    expect(compared).toBeGreaterThan(0);
  }, 600_000);

  it('what happens later in the log changes no answer known before, corrections included', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(span), fc.integer({ min: 100, max: 900 }), async (history, days, share) => {
        const events = await recordAll(history);
        const cut = 1 + Math.floor((share / 1_000) * (events.length - 1));
        const known = events[cut - 1]?.position as bigint;
        const asOf = instantOf(days);
        const log = new ArrayEventLog();
        log.put(...events.slice(0, cut));
        const given = await givenReadSide([], { log } as never);
        try {
          const names = [...Object.keys(asks), ...Object.keys(records)];
          const before = new Map<string, unknown>();
          for (const name of names) before.set(name, await ask(given, name, { asOf, known }));
          log.put(...events.slice(cut));
          await given.readSide.ready();
          for (const name of names) {
            expect({ name, answer: await ask(given, name, { asOf, known }) }).toEqual({
              name,
              answer: before.get(name),
            });
          }
        } finally {
          await given.close();
        }
      }),
      runs,
    );
  }, 600_000);

  it('a rebuild answers as the live read side does', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const events = await recordAll(history);
        const at = { asOf: instantOf(span), known: events.at(-1)?.position as bigint };
        const log = new ArrayEventLog();
        const live = await givenReadSide([], { log } as never);
        try {
          for (const event of events) {
            log.put(event);
            await live.readSide.ready();
          }
          await reading(events, async (rebuilt) => {
            for (const name of Object.keys(asks)) {
              expect({ name, answer: await ask(live, name, at) }).toEqual({
                name,
                answer: await ask(rebuilt, name, at),
              });
            }
          });
        } finally {
          await live.close();
        }
      }),
      { ...runs, numRuns: Math.ceil(runs.numRuns / 3) },
    );
  }, 600_000);

  it('the order of streams that do not touch each other changes no figure known now', async () => {
    // What describes an event by its position or recorded time may differ; figures may not.
    const figures = [
      'list of customers',
      'value of all',
      'value by segment',
      'value by country',
      'contribution of all',
      'contribution by product group',
      'value bridge',
      'migration matrix',
      'value history of all',
      'pyramid',
      'retention per year',
      'retention per quarter by segment',
    ];
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const told = history.filter(({ kind }) => !['merge', 'takeOver', 'referral', 'convert'].includes(kind));
        const events = await recordAll(told);
        const streams = Map.groupBy(events, (event) => event.stream);
        const policies = [
          'company',
          'policy-visit-frequency',
          'policy-exchange-rates',
          'policy-value',
          'policy-activity-rates',
        ];
        const turned = [
          ...policies,
          ...[...customers].reverse().map(customerStream),
          ...reps.map((rep) => `rep-${rep}`),
          // Of two that hold from the same day the one finalised later counts.
          ...[...streams.keys()].filter((stream) => stream.startsWith('segmentation-')),
        ]
          .flatMap((stream) => streams.get(stream) ?? [])
          .map((event, index) => ({ ...event, position: BigInt(index + 1) }));
        expect(turned.length).toBe(events.length);
        const at = { asOf: instantOf(span), known: BigInt(Number.MAX_SAFE_INTEGER) };
        await reading(events, async (one) => {
          await reading(turned, async (other) => {
            for (const name of figures) {
              expect({ name, answer: await ask(one, name, at) }).toEqual({ name, answer: await ask(other, name, at) });
            }
          });
        });
      }),
      { ...runs, numRuns: Math.ceil(runs.numRuns / 2) },
    );
  }, 600_000);
});
