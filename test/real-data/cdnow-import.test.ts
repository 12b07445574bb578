import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { Ask, type Question } from '../../src/application/ask.js';
import { expectedOfAll } from '../../src/application/questions/expected-value.js';
import { valueModel } from '../../src/application/questions/value-model.js';
import { Record } from '../../src/application/record.js';
import { policyStream } from '../../src/domain/streams.js';
import { type Engine, openEngine } from '../../src/infrastructure/engine.js';
import type { ImportSummary } from '../../src/infrastructure/import/import-file.js';
import { answerOf } from '../infrastructure/cli/run-klantwaarde.js';
import { describeWithSharedData, publishedValues, sharedFile } from './shared-data.js';

interface Line {
  customer_id: string;
  date: string;
  amount: string;
}

describeWithSharedData('importing the CDNOW sample (2,357 customers of a record shop)', () => {
  let folder: string;
  let engine: Engine;
  let summary: ImportSummary;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cdnow-'));
    const lines = parse(gunzipSync(readFileSync(sharedFile('cdnow_sample_transactions.csv.gz'))), {
      columns: true,
    }) as Line[];
    const rows = lines.map(({ customer_id, date, amount }, row) => [row + 1, customer_id, date, 'cd', 1, amount]);
    const file = join(folder, 'cdnow.csv');
    const columns = 'order_id,customer_id,placed_at,sku,quantity,unit_price';
    await writeFile(file, [columns, ...rows.map((row) => row.join(','))].join('\n'));
    summary = await answerOf<ImportSummary>(['import', 'orders', file, '--source', 'cdnow'], {
      KLANTWAARDE_DATA: join(folder, 'data'),
      KLANTWAARDE_CURRENCY: 'USD',
    });
    engine = await openEngine({ dataFolder: join(folder, 'data'), timeZone: 'Europe/Amsterdam', currency: 'USD' });
    await engine.commandBus.execute(
      new Record(
        policyStream('value'),
        [
          {
            name: 'SetValuePolicy',
            id: '00000000-0000-4000-8000-000000000001',
            payload: {
              thresholds: { a: '0.01', b: '0.05', c: '0.2' },
              minimumRepeaters: 900,
              horizonYears: 1,
              validFrom: '1997-01-01',
              occurredAt: '1997-01-01T00:00:00.000Z',
            },
          },
        ],
        { actor: 'local', source: 'api' },
      ),
    );
  });
  afterAll(async () => {
    await engine?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** As of the day after the observation: orders up to 30 September 1997 count. */
  async function ask<Params, Data>(question: Question<Params, Data>, params: Params): Promise<Data> {
    const { position } = await engine.log.head();
    expect(await engine.readSide?.waitFor(position ?? 0n, 300_000)).toBe(true);
    const answer = await engine.queryBus.execute(new Ask(question, params, { asOf: '1997-10-01' }));
    return (answer as { data: Data }).data;
  }

  it('gives the published parameters and likelihoods', async () => {
    expect(summary).toMatchObject({ linesRejected: {}, customers: 2_357 });
    const { model, until, orders, spend } = await ask(valueModel, {});
    expect({ model, until }).toEqual({ model: 'bg/nbd', until: '1997-09-30' });
    expect(orders).toMatchObject({ customers: 2_357, repeaters: 946 });
    const { r, alpha, a, b } = orders.parameters!;
    expect([r, alpha, a, b].map((value) => value.toFixed(4))).toEqual(['0.2426', '4.4136', '0.7929', '2.4259']);
    expect(orders.logLikelihood?.toFixed(2)).toBe('-9582.43');
    const { p, q, v } = spend!.parameters!;
    // Cents: v is a hundred times as large, and the likelihood of each customer a hundredth.
    expect([p, q, v / 100].map((value) => value.toFixed(2))).toEqual(['6.25', '3.74', '15.44']);
    expect(((spend?.logLikelihood ?? 0) + 946 * Math.log(100)).toFixed(2)).toBe('-4055.92');
  });

  it('gives the published probability of being alive and expected orders of a customer', async () => {
    const published = publishedValues<{ expected: number; p_alive: number }>(
      'BG/NBD conditional expectation / P(alive), sample customer 1516',
    );
    const { items, model } = await ask(expectedOfAll, { sort: '-expectedOrders', limit: 5 });
    expect(model).toBe('bg/nbd');
    const [best] = items;
    // Published at other digits of the parameters, and for 52 weeks where a year has 52.18.
    expect(best?.probabilityAlive).toBeCloseTo(published.p_alive, 5);
    expect((best?.expectedOrders ?? 0) / published.expected).toBeCloseTo(1.003, 2);
    // No cost is known: there is no contribution to tell.
    expect(best).toMatchObject({ value: null, why: 'No cost of what was sold is known.' });
  });
});
