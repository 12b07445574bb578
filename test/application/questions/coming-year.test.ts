import { comingYear } from '../../../src/application/questions/coming-year.js';
import { closeAll, givenEvents, tell } from './asking.js';

afterEach(closeAll);

// By year: 2023 10,000; 2024 8,000 from the same and 2,000 new; 2025 5,000 from existing and 1,000 new.
const years = [
  tell.registered(1),
  tell.registered(2),
  tell.registered(3),
  tell.ordered(1, 10, '2023-01-15', 10_000),
  tell.ordered(1, 11, '2024-03-01', 8_000),
  tell.ordered(2, 20, '2024-04-01', 2_000),
  tell.ordered(1, 12, '2025-03-01', 4_000),
  tell.ordered(2, 21, '2025-04-01', 1_000),
  tell.ordered(3, 30, '2025-05-01', 1_000),
];

describe('revenue on 1 January', () => {
  it('is last year’s revenue by the share that stayed in past years, with the range of those years', async () => {
    const { ask } = await givenEvents(...years);
    const answer = await ask(comingYear, {}, { asOf: '2025-12-31' });
    expect(answer).toMatchObject({ from: '2026-01-01', to: '2027-01-01' });
    expect(answer.ahead).toEqual({
      // 6,000 × (8,000 + 5,000) ÷ (10,000 + 10,000); 6,000 × 0.5 and × 0.8.
      expected: 3_900,
      lowest: 3_000,
      highest: 4_800,
      yearBefore: 6_000,
      shares: [
        { from: '2025-01-01', to: '2026-01-01', share: 0.5 },
        { from: '2024-01-01', to: '2025-01-01', share: 0.8 },
      ],
    });
  });

  it('of a past year is shown as it was known then, beside what came', async () => {
    const { ask } = await givenEvents(
      ...years,
      // Told only in 2025 that 2024 brought more.
      tell.ordered(2, 22, '2024-12-01', 1_000, {}, { recordedAt: '2025-06-01' }),
    );
    const answer = await ask(comingYear, { year: 2025 }, { asOf: '2025-12-31' });
    expect(answer.asKnownThen).toMatchObject({ yearBefore: 10_000, expected: 8_000, lowest: null });
    expect(answer.ahead).toMatchObject({ yearBefore: 11_000, expected: 8_800 });
    expect(answer.came).toEqual({
      fromExistingCustomers: 5_000,
      fromNewCustomers: 1_000,
      revenue: 6_000,
      complete: true,
    });
    const during = await ask(comingYear, { year: 2025 }, { asOf: '2025-03-31' });
    expect(during.came).toMatchObject({ fromExistingCustomers: 4_000, revenue: 4_000, complete: false });
  });

  it('is not told without two whole years, nor for a year that has not begun', async () => {
    const { ask } = await givenEvents(...years);
    expect((await ask(comingYear, {}, { asOf: '2024-06-30' })).ahead).toMatchObject({ expected: null, shares: [] });
    await expect(ask(comingYear, { year: 2026 }, { asOf: '2025-12-31' })).rejects.toThrow('a year that has begun');
  });
});
