import { ModelCancelled, ModelsClosed } from '../../../src/application/ports/value-models.js';
import { fitBgNbd } from '../../../src/domain/lifetime/bg-nbd-fit.js';
import { fitGammaGamma } from '../../../src/domain/lifetime/gamma-gamma-fit.js';
import { prospects } from '../../../src/domain/lifetime/lifetime-value.js';
import { Random } from '../../../src/infrastructure/demo/random.js';
import { ThreadedValueModels } from '../../../src/infrastructure/lifetime/threaded-value-models.js';
import { type Behaviour, simulatedCustomers } from '../../support/simulated-customers.js';

const behaviour: Behaviour = { r: 0.6, alpha: 40, a: 0.8, b: 3, p: 4, q: 4, v: 60 };
const models = { orders: behaviour, spend: behaviour };
/** Keeps a thread busy for minutes: hundreds of years ahead in days, of customers of whom no two are alike. */
const endless = { periods: 100_000, periodLength: 1, discountRate: 0.0001 };

describe('the models in a thread of their own', () => {
  const random = new Random('threaded');
  const customers = simulatedCustomers(() => random.next(), behaviour, { count: 1_000, days: 730 });
  let threaded: ThreadedValueModels;

  beforeEach(() => {
    threaded = new ThreadedValueModels();
  });
  afterEach(() => threaded.close());

  it('give what they give in this one, and leave the rows to who handed them over', async () => {
    expect(await threaded.fitBgNbd('all', customers)).toEqual(fitBgNbd(customers));
    expect(await threaded.fitGammaGamma('all', customers)).toEqual(fitGammaGamma(customers));
    const horizon = { periods: 5, periodLength: 365, discountRate: 0.1 };
    expect(await threaded.prospects('all', models, customers, horizon)).toEqual(prospects(models, customers, horizon));
    expect(customers.T).toHaveLength(1_000);
  });

  it('take plain arrays, and the smallest number of repeaters', async () => {
    const rows = { frequency: [0, 2], recency: [0, 5], T: [3, 9], weights: [1, 1] };
    expect(await threaded.fitBgNbd('few', rows, { minimumRepeaters: 2 })).toMatchObject({
      kind: 'too few repeaters',
      repeaters: 1,
    });
  });

  it('refuse rows that can be no customers, and go on', async () => {
    const rubbish = { frequency: [1], recency: [9], T: [5] };
    await expect(threaded.fitBgNbd('rubbish', rubbish)).rejects.toThrow(RangeError);
    await expect(threaded.fitBgNbd('rubbish', rubbish)).rejects.toThrow(/Row 0 .*between 0 and T/);
    expect((await threaded.fitBgNbd('after', customers)).converged).toBe(true);
  });

  it('work out once what is asked for twice at the same time', async () => {
    const [one, other] = await Promise.all([
      threaded.fitBgNbd('same', customers),
      threaded.fitBgNbd('same', customers),
    ]);
    expect(one).toBe(other);
  });

  it('end at once what is cancelled, whether it is worked on or waits, and go on with the next', async () => {
    const worked = threaded.prospects('worked on', models, customers, endless);
    const waiting = threaded.fitBgNbd('waits', customers);
    const next = threaded.fitBgNbd('next', customers);
    threaded.cancel('waits');
    threaded.cancel('unknown');
    threaded.cancel('worked on');
    await expect(worked).rejects.toThrow(ModelCancelled);
    await expect(waiting).rejects.toThrow(ModelCancelled);
    expect((await next).converged).toBe(true);
  });

  it('end at once when they are closed in the middle of it', async () => {
    // Only when the first is answered does the thread run, and work on what would take it minutes.
    await threaded.fitBgNbd('first', customers);
    const worked = threaded.prospects('worked on', models, customers, endless);
    const waiting = threaded.fitBgNbd('waits', customers);
    const outcomes = Promise.allSettled([worked, waiting]);
    const isThere = () => process.getActiveResourcesInfo().includes('MessagePort');
    expect(isThere()).toBe(true);
    await threaded.close();
    expect(isThere()).toBe(false);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: expect.any(ModelsClosed) });
    await expect(threaded.fitBgNbd('late', customers)).rejects.toThrow(ModelsClosed);
    await threaded.close();
  });
});
