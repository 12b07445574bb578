import { DuckDBInstance } from '@duckdb/node-api';
import { fitBgNbd } from '../../src/domain/lifetime/bg-nbd-fit.js';
import { fitGammaGamma } from '../../src/domain/lifetime/gamma-gamma-fit.js';
import { describeWithSharedData, sharedFile } from './shared-data.js';

/** Purchases on one day count as one; in weeks, to the last day of the file. */
const SUMMARIES = (file: string) => `
  WITH day AS (
    SELECT customer_id, invoice_date::DATE AS day, sum(quantity * unit_price) AS value
    FROM read_csv('${file}', all_varchar = false)
    WHERE customer_id IS NOT NULL AND NOT starts_with(invoice, 'C') AND quantity > 0 AND unit_price > 0
    GROUP BY ALL
  ), ranked AS (
    SELECT *, min(day) OVER (PARTITION BY customer_id) AS first FROM day
  )
  SELECT count(*) - 1 AS frequency, (max(day) - min(day)) / 7 AS recency,
    (DATE '2011-12-09' - min(day)) / 7 AS T, coalesce(avg(value) FILTER (day > first), 0) AS average
  FROM ranked GROUP BY customer_id ORDER BY customer_id`;

describeWithSharedData('Online Retail (4,338 customers of a gift-ware wholesaler, one year)', () => {
  let rows: number[][];

  beforeAll(async () => {
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    const answer = await connection.runAndReadAll(SUMMARIES(sharedFile('online_retail_2010_2011.csv.gz')));
    rows = answer.getRows().map((row) => row.map(Number));
    connection.closeSync();
    database.closeSync();
  });

  const column = (index: number) => Float64Array.from(rows, (row) => row[index]!);

  it('shows no customer who has left, and the fit of BG/NBD says so instead of giving parameters', () => {
    const fit = fitBgNbd({ frequency: column(0), recency: column(1), T: column(2) });
    expect(fit).toMatchObject({
      kind: 'nobody leaves',
      degenerate: expect.stringMatching(/chance to leave goes to 0/),
      converged: false,
      customers: 4_338,
    });
    expect(fit.parameters).toBeUndefined();
    expect(fit.repeaters).toBeGreaterThan(2_700);
  });

  it('has a fit of what customers spend all the same', () => {
    const fit = fitGammaGamma({ frequency: column(0), averageValue: column(3) });
    expect(fit).toMatchObject({ converged: true });
    expect(fit.parameters!.q).toBeGreaterThan(1);
    expect(Math.abs(fit.correlation!)).toBeLessThan(0.1);
  });
});
