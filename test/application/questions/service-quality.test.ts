import { serviceOfOne, serviceQuality } from '../../../src/application/questions/service-quality.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';

afterEach(closeAll);

const promisedOn = '2025-03-10';
const lines = (...promised: (string | undefined)[]) => ({
  lines: promised.map((day) => ({ sku: 'pen', quantity: '10', net: 100, ...(day && { promisedOn: day }) })),
});
const delivered = (customer: number, order: number, deliveredOn: string, more: object = {}) =>
  tell.event(customer, 'OrderDelivered', deliveredOn, { orderId: uuid(order), deliveredOn, ...more });

const company = [
  tell.registered(1),
  tell.registered(2),
  tell.assigned(1, 'r1', '2024-01-01'),
  // In time, one line without a promised day.
  tell.ordered(1, 10, '2025-03-01', 0, { ...lines(promisedOn, undefined), awardedThoughNotCheapest: true }),
  delivered(1, 10, '2025-03-10'),
  // The second line in two parts, the last of them late.
  tell.ordered(1, 11, '2025-03-02', 0, { ...lines(promisedOn, promisedOn), awardedThoughNotCheapest: false }),
  delivered(1, 11, '2025-03-09', {
    lines: [
      { line: 1, quantity: '10' },
      { line: 2, quantity: '6' },
    ],
  }),
  delivered(1, 11, '2025-03-11', { lines: [{ line: 2, quantity: '4' }] }),
  // Cancelled: nowhere.
  tell.ordered(1, 12, '2025-03-02', 0, { ...lines(promisedOn), awardedThoughNotCheapest: false }),
  tell.cancelled(1, 12, '2025-03-03'),
  // Late, and nobody knows who was cheaper.
  tell.ordered(2, 20, '2025-03-02', 0, lines(promisedOn)),
  delivered(2, 20, '2025-03-12'),
  tell.ordered(2, 21, '2025-03-02', 0, lines('2025-12-31')),
];

describe('the quality of service', () => {
  it('counts orders awarded though not the cheapest, and lines delivered in full on the promised day', async () => {
    const { ask } = await givenEvents(...company);
    const { service } = await ask(serviceOfOne, { customerId: uuid(1) });
    expect(service).toEqual({
      ordersKnown: 2,
      awardedThoughNotCheapest: 1,
      goodwillRate: 0.5,
      promisedLines: 3,
      onTimeAndComplete: 2,
      onTimeAndCompleteRate: 0.666667,
      openLines: 0,
    });
  });

  it('leaves out lines that may still be in time, and has no rate of nothing', async () => {
    const { ask } = await givenEvents(...company);
    const other = { customerId: uuid(2) };
    expect((await ask(serviceOfOne, other, { asOf: '2025-12-31' })).service).toMatchObject({
      goodwillRate: null,
      promisedLines: 1,
      onTimeAndCompleteRate: 0,
      openLines: 1,
    });
    expect((await ask(serviceOfOne, other, { asOf: '2025-03-10' })).service).toMatchObject({
      promisedLines: 0,
      onTimeAndCompleteRate: null,
      openLines: 2,
    });
  });

  it('is told of all, by group and over a period, and follows customers that were one all along', async () => {
    const { ask, record } = await givenEvents(...company);
    const at = { asOf: '2025-06-01' };
    const answer = await ask(serviceQuality, { by: 'accountManager' }, at);
    expect(answer.total).toMatchObject({ ordersKnown: 2, promisedLines: 4, onTimeAndComplete: 2 });
    expect(answer.groups).toMatchObject([
      { group: 'r1', promisedLines: 3 },
      { group: null, promisedLines: 1 },
    ]);
    expect((await ask(serviceQuality, { to: '2025-03-10' }, at)).total).toMatchObject({
      ordersKnown: 2,
      promisedLines: 0,
    });
    await record(tell.merged(1, [2], '2025-07-01'));
    expect((await ask(serviceQuality, { by: 'accountManager' }, at)).groups).toMatchObject([
      { group: 'r1', promisedLines: 4 },
    ]);
  });
});
