import { repeatOrder } from '../../../src/application/questions/repeat-order.js';
import type { GivenEvent } from '../../support/read-side.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

const line = (more: object = {}) => ({
  sku: 'pen',
  productGroup: 'pens',
  quantity: '10',
  listPrice: '5',
  discountRate: '0.1',
  net: 4_500,
  cost: 2_000,
  specification: 'blue, with logo',
  ...more,
});
const mug = (more: object = {}) =>
  line({ sku: 'mug', productGroup: 'mugs', description: 'Mug', specification: undefined, cost: undefined, ...more });
const ordered = (customer: number, id: number, at: string, lines: object[], more: object = {}): GivenEvent =>
  tell.ordered(customer, id, at, 0, { lines, ...more });
const agreed = (customer: number, id: number, validFrom: string, more: object): GivenEvent =>
  tell.event(customer, 'DiscountAgreed', validFrom, { agreementId: uuid(id), validFrom, ...more });
const terms = (customer: number, id: number, validFrom: string, days: number, validTo?: string): GivenEvent =>
  tell.event(customer, 'PaymentTermsAgreed', validFrom, { agreementId: uuid(id), days, validFrom, validTo });
const back = (customer: number, id: number, order: number, at: string, lines: object[]): GivenEvent =>
  tell.returned(customer, id, order, at, 0, { lines });

const company = [
  // 1: a discount that rose, a list price that rose, terms that changed.
  tell.registered(1),
  agreed(1, 501, '2025-01-01', { scope: { kind: 'all' }, rate: '0.1', validTo: '2025-07-01' }),
  agreed(1, 502, '2025-07-01', {
    scope: { kind: 'productGroup', productGroup: 'pens' },
    rate: '0.15',
    tiers: [{ fromQuantity: '100', rate: '0.25' }],
  }),
  terms(1, 503, '2025-01-01', 30, '2025-07-01'),
  terms(1, 504, '2025-07-01', 14),
  ordered(1, 101, '2025-03-01', [line(), mug()], { country: 'NL', paymentTermsDays: 30 }),
  ordered(1, 102, '2025-06-01', [mug({ listPrice: '4.995' })]),
  // 2: cancelled, returned, and priced without a list.
  tell.registered(2),
  ordered(2, 201, '2025-02-01', [
    line({ listPrice: undefined, discountRate: undefined, quantity: '3', net: 1_000, cost: 500 }),
    line({ sku: 'ink', quantity: '4' }),
    line({ sku: 'ink', quantity: '6' }),
    mug(),
  ]),
  ordered(2, 202, '2025-04-01', [line()]),
  tell.cancelled(2, 202, '2025-04-02'),
  ordered(2, 203, '2025-05-01', [line({ quantity: '2' })]),
  back(2, 301, 203, '2025-05-10', [{ line: 1, sku: 'pen', quantity: '2', net: 900 }]),
  back(2, 302, 201, '2025-02-10', [
    { line: 4, sku: 'mug', quantity: '10', net: 4_500 },
    { sku: 'ink', quantity: '5', net: 100 },
  ]),
  // 3 becomes part of 2.
  tell.registered(3),
  ordered(3, 401, '2025-05-05', [line({ sku: 'paper', productGroup: 'paper' })]),
];

describe('the repeat order', () => {
  let given: Asking;
  beforeAll(async () => {
    given = await givenEvents(...company);
  });
  afterAll(closeAll);
  const repeat = (customer: number, more: object = {}, when: object = { asOf: '2025-12-01' }) =>
    given.ask(repeatOrder, { customerId: uuid(customer), ...more }, when);

  it('is the last order with its specification, at the agreements in force, and says what changed', async () => {
    const answer = await repeat(1, { orderId: uuid(101) });
    expect(answer.repeats).toMatchObject({ orderId: uuid(101), orderedOn: '2025-03-01', currency: 'EUR' });
    expect(answer.lines).toEqual([
      {
        line: 1,
        sku: 'pen',
        description: null,
        productGroup: 'pens',
        specification: 'blue, with logo',
        before: { quantity: 10, returned: 0, listPrice: 5, discountRate: 0.1, net: 4_500 },
        now: {
          quantity: 10,
          listPrice: 5,
          discountRate: 0.15,
          net: 4_250,
          cost: 2_000,
          priceFrom: 'agreement',
          pricedBy: { orderId: uuid(101), line: 1, orderedOn: '2025-03-01' },
          agreement: {
            agreementId: uuid(502),
            scope: { kind: 'productGroup', value: 'pens' },
            rate: 0.15,
            position: expect.any(String),
          },
        },
        changed: ['discount', 'unitPrice'],
      },
      {
        line: 2,
        sku: 'mug',
        description: 'Mug',
        productGroup: 'mugs',
        specification: null,
        before: { quantity: 10, returned: 0, listPrice: 5, discountRate: 0.1, net: 4_500 },
        now: {
          quantity: 10,
          listPrice: 4.995,
          discountRate: 0,
          net: 4_995,
          cost: null,
          priceFrom: 'list',
          pricedBy: { orderId: uuid(102), line: 1, orderedOn: '2025-06-01' },
          agreement: null,
        },
        changed: ['listPrice', 'discount', 'unitPrice'],
      },
    ]);
    expect(answer.paymentTerms).toEqual({
      before: 30,
      now: { agreementId: uuid(504), days: 14, settlementDiscount: null },
    });
    expect(answer.net).toBe(9_245);
    expect(answer.order).toEqual({
      currency: 'EUR',
      country: 'NL',
      paymentTermsDays: 14,
      lines: [
        {
          sku: 'pen',
          productGroup: 'pens',
          quantity: '10',
          listPrice: '5',
          discountRate: '0.15',
          net: 4_250,
          cost: 2_000,
          specification: 'blue, with logo',
        },
        { sku: 'mug', description: 'Mug', productGroup: 'mugs', quantity: '10', listPrice: '4.995', net: 4_995 },
      ],
    });
  });

  it('is the last one of a kind, and then only the lines of that kind', async () => {
    expect(await repeat(1)).toMatchObject({ repeats: { orderId: uuid(102) }, otherLines: 0 });
    const pens = await repeat(1, { productGroup: 'pens' });
    expect(pens).toMatchObject({ repeats: { orderId: uuid(101) }, otherLines: 1 });
    expect(pens.lines.map(({ sku }) => sku)).toEqual(['pen']);
    expect(await repeat(1, { sku: 'mug' })).toMatchObject({ repeats: { orderId: uuid(102) } });
    await expect(repeat(1, { sku: 'nothing of the sort' })).rejects.toThrow('no order of that kind');
    await expect(repeat(2, { orderId: uuid(101) })).rejects.toThrow(`nothing of order ${uuid(101)}`);
  });

  it('takes other quantities, with the discount that they reach', async () => {
    const quantities = [
      { line: 1, quantity: '120' },
      { line: 2, quantity: '0' },
    ];
    const { lines, order } = await repeat(1, { orderId: uuid(101), quantities });
    expect(lines[0]?.now).toMatchObject({ quantity: 120, discountRate: 0.25, net: 45_000, cost: 24_000 });
    expect(lines[1]).toMatchObject({ now: null, changed: ['quantity'] });
    expect(order?.lines).toMatchObject([{ sku: 'pen', quantity: '120', net: 45_000 }]);
    const none = [{ line: 1, quantity: 0 }];
    expect((await repeat(1, { orderId: uuid(101), productGroup: 'pens', quantities: none })).order).toBeNull();
    for (const wrong of [[{ line: 9, quantity: 1 }], [none[0], none[0]]]) {
      await expect(repeat(1, { orderId: uuid(101), quantities: wrong })).rejects.toMatchObject({
        errors: [{ path: 'quantities' }],
      });
    }
    const large = [{ line: 1, quantity: '999999999999.999' }];
    expect((await repeat(1, { orderId: uuid(101), quantities: large })).lines[0]?.now).toMatchObject({
      net: 375_000_000_000_000,
    });
  });

  it('passes over what was cancelled and what came back', async () => {
    const { repeats, lines, order } = await repeat(2);
    expect(repeats.orderId).toBe(uuid(201));
    // Five of ten inks came back, nobody said of which line: four of the first, one of the second.
    expect(lines.map(({ sku, before, now }) => [sku, before.returned, now?.quantity])).toEqual([
      ['pen', 0, 3],
      ['ink', 4, undefined],
      ['ink', 1, 5],
      ['mug', 10, undefined],
    ]);
    expect(order?.lines.map(({ sku, quantity }) => [sku, quantity])).toEqual([
      ['pen', '3'],
      ['ink', '5'],
    ]);
    // Before all that.
    expect((await repeat(2, {}, { asOf: '2025-04-01' })).repeats.orderId).toBe(uuid(202));
    expect((await repeat(2, {}, { asOf: '2025-05-01' })).repeats.orderId).toBe(uuid(203));
  });

  it('without a list price costs what was paid last, whatever discount is agreed', async () => {
    await given.record(agreed(2, 505, '2025-06-01', { scope: { kind: 'all' }, rate: '0.5' }));
    const { lines } = await repeat(2, { sku: 'pen', orderId: uuid(201), quantities: [{ line: 1, quantity: 2 }] });
    expect(lines[0]?.now).toMatchObject({ priceFrom: 'agreement', listPrice: 5, discountRate: 0.5 });
    const then = await repeat(2, { sku: 'pen', quantities: [{ line: 1, quantity: 2 }] }, { asOf: '2025-02-05' });
    expect(then.lines[0]).toMatchObject({
      now: { priceFrom: 'net', net: 667, cost: 333, listPrice: null, discountRate: null },
      changed: ['quantity'],
    });
    expect(then.order?.lines[0]).not.toHaveProperty('discountRate', expect.anything());
  });

  it('is that of all who are one customer, as known', async () => {
    await given.record(tell.merged(2, [3], '2025-12-02'));
    expect((await repeat(3, {}, { asOf: '2025-05-06' })).repeats.orderId).toBe(uuid(401));
    expect((await repeat(2, {}, { asOf: '2025-05-06' })).repeats.orderId).toBe(uuid(401));
    const before = { asOf: '2025-05-06', knownAt: '2025-12-01' };
    expect((await repeat(2, {}, before)).repeats.orderId).toBe(uuid(203));
  });
});
