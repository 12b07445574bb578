import { type GivenReadSide, givenReadSide } from '../../support/read-side.js';

const acme = '11111111-1111-4111-8111-111111111111';
const stream = `customer-${acme}`;
const order = '22222222-2222-4222-8222-222222222222';
const credit = '33333333-3333-4333-8333-333333333333';

let given: GivenReadSide | undefined;
afterEach(async () => {
  await given?.close();
  given = undefined;
});

const placed = {
  type: 'OrderPlaced',
  at: '2026-03-01T23:30:00.000Z',
  stream,
  data: {
    orderId: order,
    soldBy: 'anna',
    currency: 'EUR',
    country: 'Belgium',
    paymentTermsDays: 30,
    lines: [
      {
        sku: 'pen',
        description: 'Pen',
        productGroup: 'writing',
        quantity: '2.5',
        listPrice: '1.01',
        net: 240,
        cost: 100,
      },
      { sku: 'mug', quantity: '3', net: 900, promisedOn: '2026-03-20', specification: 'blue', discountRate: '0.1' },
      { sku: 'bag', quantity: '1', listPrice: '0.125', net: 13 },
    ],
  },
};

describe('orders as rows', () => {
  it.each([
    ['JPY', '1500', 3_000],
    ['EUR', '1.125', 225],
    ['KWD', '1.2505', 2_501],
  ])(
    'the list value of an order or return in %s counts in its own minor units',
    async (currency, listPrice, listValue) => {
      const lines = [{ sku: 'pen', quantity: '2', listPrice, net: 1 }];
      given = await givenReadSide([
        { ...placed, data: { orderId: order, currency, lines } },
        { type: 'OrderLineReturned', at: '2026-03-05', stream, data: { returnId: credit, currency, lines } },
      ]);
      expect(await given.rows('SELECT list_value FROM order_placed')).toEqual([{ listValue }]);
      expect(await given.rows('SELECT list_value FROM order_return')).toEqual([{ listValue }]);
    },
  );

  it('the list value of the largest order that can be placed is as exact as any', async () => {
    const lines = [
      { sku: 'mill', quantity: '12345.678', listPrice: '98765432.123456', net: 1 },
      { sku: 'nut', quantity: '900000.001', listPrice: '0.999999', net: 1 },
    ];
    given = await givenReadSide([
      { ...placed, data: { orderId: order, currency: 'EUR', lines } },
      { type: 'OrderLineReturned', at: '2026-03-05', stream, data: { returnId: credit, currency: 'EUR', lines } },
    ]);
    // 121,932,622,252,704.4 and 89,999,910.1 cents.
    const listValue = 121_932_622_252_704 + 89_999_910;
    expect(await given.rows('SELECT list_value FROM order_placed')).toEqual([{ listValue }]);
    expect(await given.rows('SELECT list_value FROM order_return')).toEqual([{ listValue }]);
  });

  it('an order is one row with what it was worth, list value and cost covering the lines that have one', async () => {
    given = await givenReadSide([placed]);
    expect(await given.rows('SELECT * FROM order_placed')).toEqual([
      {
        position: 1,
        supersededPosition: null,
        customer: 1,
        occurredAt: '2026-03-01T23:30:00.000Z',
        occurredOn: '2026-03-02',
        orderId: order,
        soldBy: 'anna',
        currency: 'EUR',
        country: 'Belgium',
        net: 1_153,
        listValue: 253 + 13,
        netListed: 253,
        cost: 100,
        netCosted: 240,
        lines: 3,
        awardedThoughNotCheapest: null,
        paymentTermsDays: 30,
      },
    ]);
  });

  it('an order has a row per line, numbered from 1', async () => {
    given = await givenReadSide([placed]);
    const rows = await given.rows('SELECT * FROM order_line ORDER BY line');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({ orderId: order, line: 1, sku: 'pen', quantity: 2.5, listPrice: 1.01, cost: 100 });
    expect(rows[1]).toEqual({
      position: 1,
      supersededPosition: null,
      customer: 1,
      occurredAt: '2026-03-01T23:30:00.000Z',
      occurredOn: '2026-03-02',
      orderId: order,
      line: 2,
      sku: 'mug',
      description: null,
      productGroup: null,
      quantity: 3,
      listPrice: null,
      discountRate: 0.1,
      net: 900,
      cost: null,
      specification: 'blue',
      promisedOn: '2026-03-20',
      currency: 'EUR',
    });
  });

  it('an order that names a country tells where the customer is', async () => {
    given = await givenReadSide([placed]);
    expect(await given.rows('SELECT customer, country, name, registered FROM customer_details')).toEqual([
      { customer: 1, country: 'Belgium', name: null, registered: false },
    ]);
  });

  it('a return is one row and a row per line, all positive', async () => {
    given = await givenReadSide([
      {
        type: 'OrderLineReturned',
        at: '2026-04-01',
        stream,
        data: {
          returnId: credit,
          currency: 'EUR',
          country: 'France',
          flags: ['exceedsOrdered'],
          reason: { sealedFor: stream, text: 'v1.x.y' },
          lines: [{ line: 2, sku: 'mug', quantity: '1', listPrice: '3.335', net: 300 }],
        },
      },
    ]);
    expect(await given.rows('SELECT * EXCLUDE (occurred_at, occurred_on) FROM order_return')).toEqual([
      {
        position: 1,
        supersededPosition: null,
        customer: 1,
        returnId: credit,
        orderId: null,
        soldBy: null,
        currency: 'EUR',
        country: 'France',
        net: 300,
        listValue: 334,
        netListed: 300,
        cost: 0,
        netCosted: 0,
        lines: 1,
        flagged: true,
        reason: { sealedFor: stream, text: 'v1.x.y' },
      },
    ]);
    expect(await given.rows('SELECT return_id, line, order_line, sku, quantity, net FROM return_line')).toEqual([
      { returnId: credit, line: 1, orderLine: 2, sku: 'mug', quantity: 1, net: 300 },
    ]);
    expect(await given.rows('SELECT country FROM customer_details')).toEqual([{ country: 'France' }]);
  });

  it('a delivery says which lines came, or that all of it did', async () => {
    given = await givenReadSide([
      {
        type: 'OrderDelivered',
        at: '2026-03-10',
        stream,
        data: { orderId: order, deliveredOn: '2026-03-10', lines: [{ line: 2, quantity: '1.5' }] },
      },
      { type: 'OrderDelivered', at: '2026-03-12', stream, data: { orderId: order, deliveredOn: '2026-03-12' } },
    ]);
    expect(await given.rows('SELECT position, delivered_on, complete FROM order_delivered ORDER BY position')).toEqual([
      { position: 1, deliveredOn: '2026-03-10', complete: false },
      { position: 2, deliveredOn: '2026-03-12', complete: true },
    ]);
    expect(await given.rows('SELECT position, order_id, line, quantity FROM delivery_line')).toEqual([
      { position: 1, orderId: order, line: 2, quantity: 1.5 },
    ]);
  });

  it('cancellations and payments are rows of their own', async () => {
    given = await givenReadSide([
      { type: 'OrderCancelled', at: '2026-03-02', stream, data: { orderId: order } },
      {
        type: 'InvoicePaid',
        at: '2026-03-30',
        stream,
        data: {
          orderId: order,
          invoice: 'F1',
          dueOn: '2026-03-29',
          paidOn: '2026-03-30',
          amount: 1_153,
          currency: 'EUR',
        },
      },
    ]);
    expect(await given.rows('SELECT order_id, reason FROM order_cancelled')).toEqual([
      { orderId: order, reason: null },
    ]);
    expect(await given.rows('SELECT * EXCLUDE (occurred_at, occurred_on) FROM invoice_paid')).toEqual([
      {
        position: 2,
        supersededPosition: null,
        customer: 1,
        orderId: order,
        invoice: 'F1',
        dueOn: '2026-03-29',
        paidOn: '2026-03-30',
        amount: 1_153,
        currency: 'EUR',
      },
    ]);
  });

  it('what can change revenue is told with the earliest instant that it can influence', async () => {
    given = await givenReadSide([
      { ...placed, id: 'aaaaaaaa-0000-4000-8000-000000000001' },
      { type: 'OrderCancelled', at: '2026-03-05', stream, data: { orderId: order } },
      {
        type: 'EventRetracted',
        at: '2026-06-01',
        stream,
        data: { targetEventId: 'aaaaaaaa-0000-4000-8000-000000000001', reason: 'typed twice' },
      },
      {
        type: 'ExchangeRateSet',
        at: '2026-06-02',
        stream: 'policy-exchange-rates',
        data: { from: 'USD', to: 'EUR', rate: '0.9', validFrom: '2026-01-01' },
      },
      {
        type: 'VisitLogged',
        at: '2026-06-02',
        stream,
        data: { visitId: order, heldBy: [], contactPersons: [], orderIds: [], topics: [] },
      },
    ]);
    expect(await given.rows('SELECT position, occurred_at, kind FROM revenue_touch ORDER BY position')).toEqual([
      { position: 1, occurredAt: '2026-03-01T23:30:00.000Z', kind: 'revenue' },
      { position: 2, occurredAt: '2026-03-05T12:00:00.000Z', kind: 'revenue' },
      { position: 3, occurredAt: '2026-03-01T23:30:00.000Z', kind: 'revenue' },
      { position: 4, occurredAt: null, kind: 'rate' },
    ]);
    expect(await given.rows("SELECT position FROM revenue_touch WHERE occurred_at = '-infinity'::TIMESTAMP")).toEqual([
      { position: 4 },
    ]);
  });
});
