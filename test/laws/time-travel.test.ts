import fc from 'fast-check';
import { type At, answersTo, everyRecord, everyView, following, reading, runs } from './asking.js';
import { instantOf, span } from './history.js';
import { histories, knownOf, leaveOutLater, recordAll } from './telling.js';

const moment = fc.record({ days: fc.nat(span), share: fc.double({ min: 0.1, max: 0.95, noNaN: true }) });
/** What is known at the second of them is known after the first. */
const moments = fc
  .array(moment, { minLength: 2, maxLength: 2 })
  .map((two) => two.sort((one, other) => one.share - other.share));

describe('The law of time travel', () => {
  it('a view at two dates is the view over what was recorded by the one and had happened by the other, whatever is recorded later', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(histories, moments, everyView(2), everyRecord(2), async (history, points, views, records) => {
        const events = await recordAll(history);
        const known = points.map(({ days, share }) => ({ asOf: instantOf(days), prefix: knownOf(events, share) }));
        const at = known.map(({ asOf, prefix }): At => ({ asOf, known: prefix.at(-1)?.position ?? 0n }));
        await following(async (given, put) => {
          const all = [...views, ...records];
          const before = {};
          let told = 0;
          for (const [index, { prefix }] of known.entries()) {
            await put(prefix.slice(told));
            told = prefix.length;
            const asked = all.filter((ask) => ask.moment === index);
            Object.assign(before, await answersTo(asked, given, at));
          }
          await put(events.slice(told));
          // What happens later in the log changes no answer known before, corrections included.
          const after = await answersTo(all, given, at);
          expect(after).toEqual(before);
          for (const [index, { asOf, prefix }] of known.entries()) {
            const asked = views.filter((ask) => ask.moment === index);
            await reading(leaveOutLater(prefix, asOf), async (part) => {
              for (const [name, answer] of Object.entries(await answersTo(asked, part, at))) {
                expect({ [name]: after[name] }).toEqual({ [name]: answer });
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
});
