import fc from 'fast-check';
import { type GivenEvent, givenReadSide } from '../../support/read-side.js';
import { histories } from './random-history.js';
import { contents } from './table-contents.js';

/** Tells a history to a running read side, some events at a time. */
async function followed(history: readonly GivenEvent[], cuts: readonly number[]) {
  const live = await givenReadSide([], { views: [], batchSize: 7 });
  let told = 0;
  for (const cut of [...cuts, history.length]) {
    const piece = history.slice(told, told + cut);
    told += piece.length;
    if (piece.length > 0) await live.record(...piece);
  }
  return live;
}

it('a rebuild gives the same rows as following live, however the events came', async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 30 }),
      async (history, cuts, batchSize) => {
        const live = await followed(history, cuts);
        const built = await givenReadSide(history, { views: [], batchSize, transactionSize: batchSize });
        try {
          const rows = await contents(live);
          expect(rows.event).toHaveLength(history.length);
          expect(await contents(built)).toEqual(rows);
          await live.readSide.rebuild();
          expect(await contents(live)).toEqual(rows);
        } finally {
          await live.close();
          await built.close();
        }
      },
    ),
    { numRuns: 12 },
  );
});
