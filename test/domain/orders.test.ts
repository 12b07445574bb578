import type { PlacedLine } from '../../src/domain/orders.js';
import { given, happened, now, registered, uuid } from '../support/given.js';

const orderId = uuid(50);
const placed = happened('OrderPlaced', {
  orderId,
  currency: 'EUR',
  lines: [
    { sku: 'PEN', quantity: '100', net: 10_000 },
    { sku: 'PEN', quantity: '0.5', net: 50 },
    { sku: 'MUG', quantity: '10', net: 5_000 },
  ],
});
const back = (quantity: string, line?: number) =>
  happened('OrderLineReturned', {
    returnId: uuid(51),
    orderId,
    currency: 'EUR',
    lines: [{ line, sku: 'PEN', quantity, net: 0 }],
  });

describe('an order', () => {
  it('keeps quantities and prices as exact decimal texts, however they were typed', () => {
    given([registered])
      .when(
        'PlaceOrder',
        { currency: 'EUR', lines: [{ sku: 'PEN', quantity: 1.5, listPrice: '01.250', discountRate: 0.1, net: 169 }] },
        { id: orderId },
      )
      .thenEvents(
        happened(
          'OrderPlaced',
          {
            orderId,
            currency: 'EUR',
            lines: [{ sku: 'PEN', quantity: '1.5', listPrice: '1.25', discountRate: '0.1', net: 169 }],
          },
          now,
        ),
      );
  });

  it('is refused with the field that holds no quantity or amount', () => {
    const line = { sku: 'PEN', quantity: 1, net: 100 };
    const told = given([registered]);
    told
      .when('PlaceOrder', { currency: 'EUR', lines: [{ ...line, quantity: 1.2345 }] })
      .thenInvalid('lines.0.quantity');
    told
      .when('PlaceOrder', { currency: 'EUR', lines: [line, { ...line, quantity: -1 }] })
      .thenInvalid('lines.1.quantity');
    told.when('PlaceOrder', { currency: 'EUR', lines: [{ ...line, net: 0.5 }] }).thenInvalid('lines.0.net');
    told.when('PlaceOrder', { currency: 'euro', lines: [] }).thenInvalid('currency', 'lines');
  });

  it('is refused when what it is worth can not be counted in whole minor units', () => {
    const line = { sku: 'PEN', quantity: 1, net: 1 };
    const told = given([registered]);
    const lines = (...more: PlacedLine[]) => ({ currency: 'EUR', lines: [line, ...more] });
    told
      .when('PlaceOrder', lines({ ...line, quantity: '1000000', listPrice: '-9007200' }))
      .thenRefused('amount-too-large', 'lines.1.listPrice');
    told.when('PlaceOrder', lines({ ...line, quantity: '1000000', listPrice: '9007199' })).thenRecorded();
    told
      .when('PlaceOrder', lines({ ...line, net: Number.MAX_SAFE_INTEGER }))
      .thenRefused('amount-too-large', 'lines.1.net');
    told
      .when('PlaceOrder', lines({ ...line, cost: Number.MAX_SAFE_INTEGER }, { ...line, cost: 1 }))
      .thenRefused('amount-too-large', 'lines.2.cost');
    given([registered, placed])
      .when('ReturnOrderLines', { orderId, lines: [{ sku: 'PEN', quantity: 10, listPrice: '999999999999', net: 1 }] })
      .thenRefused('amount-too-large', 'lines.0.listPrice');
  });

  it('has to be known to be delivered, returned, cancelled or paid', () => {
    const told = given([registered]);
    told.when('DeliverOrder', { orderId, deliveredOn: '2026-06-01' }).thenRefused('unknown-order', 'orderId');
    told
      .when('ReturnOrderLines', { orderId, lines: [{ sku: 'PEN', quantity: 1, net: 0 }] })
      .thenRefused('unknown-order');
    told.when('CancelOrder', { orderId }).thenRefused('unknown-order');
    told.when('PayInvoice', { orderId, paidOn: '2026-06-01', amount: 100 }).thenRefused('unknown-order');
  });

  it('is cancelled once, and is neither delivered nor returned afterwards', () => {
    const told = given([registered, placed, happened('OrderCancelled', { orderId })]);
    told.when('CancelOrder', { orderId }).thenRefused('order-already-cancelled');
    told.when('DeliverOrder', { orderId, deliveredOn: '2026-06-01' }).thenRefused('order-cancelled');
    told
      .when('ReturnOrderLines', { orderId, lines: [{ sku: 'PEN', quantity: 1, net: 0 }] })
      .thenRefused('order-cancelled');
    told.when('PayInvoice', { orderId, paidOn: '2026-06-01', amount: 100 }).thenRecorded();
  });

  it('is delivered on its day, in the order’s own lines, and not in the future', () => {
    given([registered, placed])
      .when('DeliverOrder', { orderId, deliveredOn: '2026-06-01' })
      .thenEvents(happened('OrderDelivered', { orderId, deliveredOn: '2026-06-01' }, '2026-06-01T12:00:00.000Z'));
    given([registered, placed])
      .when('DeliverOrder', { orderId, deliveredOn: '2026-06-16' })
      .thenRefused('in-the-future', 'deliveredOn');
    given([registered, placed])
      .when('DeliverOrder', { orderId, deliveredOn: '2026-06-01', lines: [{ line: 4, quantity: 1 }] })
      .thenRefused('unknown-order-line', 'lines.0.line');
  });
});

describe('a return', () => {
  const pens = (quantity: number | string, line?: number) => ({
    orderId,
    lines: [{ line, sku: 'PEN', quantity, net: 0 }],
  });

  it('never takes back more of an article than was ordered and has not come back', () => {
    given([registered, placed]).when('ReturnOrderLines', pens('100.5')).thenRecorded();
    given([registered, placed])
      .when('ReturnOrderLines', pens('100.501'))
      .thenRefused('return-exceeds-ordered', 'lines.0.quantity');
    given([registered, placed, back('60')])
      .when('ReturnOrderLines', pens('40.5'))
      .thenRecorded();
    given([registered, placed, back('60')])
      .when('ReturnOrderLines', pens('40.501'))
      .thenRefused('return-exceeds-ordered');
  });

  it('never takes back more of a line than was ordered in it', () => {
    given([registered, placed]).when('ReturnOrderLines', pens('0.5', 2)).thenRecorded();
    given([registered, placed]).when('ReturnOrderLines', pens('0.6', 2)).thenRefused('return-exceeds-ordered');
    given([registered, placed, back('0.2', 2)])
      .when('ReturnOrderLines', pens('0.4', 2))
      .thenRefused('return-exceeds-ordered');
  });

  it('adds up over its own lines', () => {
    const lines = [
      { sku: 'MUG', quantity: 6, net: 0 },
      { sku: 'MUG', quantity: 5, net: 0 },
    ];
    given([registered, placed])
      .when('ReturnOrderLines', { orderId, lines })
      .thenRefused('return-exceeds-ordered', 'lines.1.quantity');
  });

  it('is of what was ordered', () => {
    const told = given([registered, placed]);
    told
      .when('ReturnOrderLines', { orderId, lines: [{ sku: 'BAG', quantity: 1, net: 0 }] })
      .thenRefused('unknown-order-line', 'lines.0.sku');
    told
      .when('ReturnOrderLines', { orderId, lines: [{ line: 3, sku: 'PEN', quantity: 1, net: 0 }] })
      .thenRefused('unknown-order-line', 'lines.0.line');
    told.when('ReturnOrderLines', { ...pens(1), currency: 'USD' }).thenRefused('other-currency', 'currency');
  });

  it('that was imported is recorded and flagged instead', () => {
    given([registered, placed])
      .when('ReturnOrderLines', { orderId, lines: [{ sku: 'MUG', quantity: 11, net: 500 }] }, { source: 'import' })
      .thenEvents(
        happened(
          'OrderLineReturned',
          {
            returnId: uuid(99),
            orderId,
            currency: 'EUR',
            lines: [{ sku: 'MUG', quantity: '11', net: 500 }],
            flags: ['exceedsOrdered'],
          },
          now,
        ),
      );
  });

  it('that was imported and flagged leaves nothing to return by hand', () => {
    const flagged = happened('OrderLineReturned', {
      returnId: uuid(51),
      orderId,
      currency: 'EUR',
      lines: [{ sku: 'MUG', quantity: '11', net: 0 }],
      flags: ['exceedsOrdered'],
    });
    given([registered, placed, flagged])
      .when('ReturnOrderLines', { orderId, lines: [{ sku: 'MUG', quantity: '0.001', net: 0 }] })
      .thenRefused('return-exceeds-ordered');
  });

  it('names its order unless it was imported', () => {
    const lines = [{ sku: 'PEN', quantity: 1, net: 100 }];
    given([registered]).when('ReturnOrderLines', { lines }).thenRefused('order-needed', 'orderId');
    given([registered]).when('ReturnOrderLines', { lines, currency: 'GBP' }, { source: 'import' }).thenRecorded();
  });
});
