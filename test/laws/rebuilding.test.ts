import fc from 'fast-check';
import type { RecordedEvent } from '../../src/application/ports/event-log.js';
import { answersTo, everyView, following, reading, runs } from './asking.js';
import { instantOf, span } from './history.js';
import { histories, recordAll } from './telling.js';

describe('A read side made again', () => {
  it('answers as the one that followed the log event by event', async () => {
    await fc.assert(
      fc.asyncProperty(histories, everyView(1), async (history, views) => {
        const events = await recordAll(history);
        const at = { asOf: instantOf(span), known: events.at(-1)?.position as bigint };
        await following(async (live, put) => {
          for (const event of events) await put([event]);
          const answers = await answersTo(views, live, at);
          expect(await reading(events, (rebuilt) => answersTo(views, rebuilt, at))).toEqual(answers);
        });
      }),
      { ...runs, numRuns: Math.ceil(runs.numRuns / 3) },
    );
  }, 600_000);
});

/** What describes an event by its position or recorded time may differ; figures may not. */
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

/** The log stream by stream, its customers' streams in the opposite order. */
function turned(events: readonly RecordedEvent[]): RecordedEvent[] {
  const streams = [...Map.groupBy(events, (event) => event.stream)];
  const those = (isWanted: (stream: string) => boolean) => streams.filter(([stream]) => isWanted(stream));
  const isCustomer = (stream: string) => stream.startsWith('customer-');
  // Of two that hold from the same day the one finalised later counts.
  const isRun = (stream: string) => stream.startsWith('segmentation-');
  return [...those((stream) => !isCustomer(stream) && !isRun(stream)), ...those(isCustomer).reverse(), ...those(isRun)]
    .flatMap(([, told]) => told)
    .map((event, index) => ({ ...event, position: BigInt(index + 1) }));
}

describe('The order of streams that do not touch each other', () => {
  it('changes no figure known now', async () => {
    await fc.assert(
      fc.asyncProperty(histories, everyView(1), async (history, views) => {
        const told = history.filter(({ kind }) => !['merge', 'takeOver', 'referral', 'convert'].includes(kind));
        const events = await recordAll(told);
        const other = turned(events);
        expect(other.length).toBe(events.length);
        const asked = views.filter(({ name }) => figures.includes(name));
        expect(asked.length).toBe(figures.length);
        const at = { asOf: instantOf(span), known: BigInt(Number.MAX_SAFE_INTEGER) };
        const answers = await reading(events, (one) => answersTo(asked, one, at));
        expect(await reading(other, (given) => answersTo(asked, given, at))).toEqual(answers);
      }),
      { ...runs, numRuns: Math.ceil(runs.numRuns / 2) },
    );
  }, 600_000);
});
