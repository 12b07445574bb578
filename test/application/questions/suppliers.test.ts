import { supplierPrices, suppliers } from '../../../src/application/questions/suppliers.js';
import type { GivenEvent } from '../../support/read-side.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

const supplier = (id: number, name: string, at = '2024-01-01'): GivenEvent => ({
  type: 'SupplierRegistered',
  at,
  stream: `supplier-${uuid(id)}`,
  data: { supplierId: uuid(id), name, externalIds: [{ source: 'erp', key: `S${id}` }] },
});
const price = (
  id: number,
  sku: string,
  amount: string,
  validFrom: string,
  more: object = {},
  told = {},
): GivenEvent => ({
  type: 'SupplierPriceAgreed',
  at: validFrom,
  stream: `supplier-${uuid(id)}`,
  data: { supplierId: uuid(id), sku, price: amount, currency: 'EUR', validFrom, ...more },
  ...told,
});
const sold = (order: number, at: string, sku: string, quantity: string, net: number, more: object = {}): GivenEvent =>
  tell.ordered(9, order, at, 0, { lines: [{ sku, quantity, net }], ...more });

const wrong = price(1, 'mug', '99', '2025-01-01', {}, { id: uuid(800) });
const company = [
  supplier(1, 'Papierfabriek'),
  supplier(2, 'Inktmakerij', '2025-02-01'),
  tell.registered(9),
  price(1, 'pen', '2', '2025-01-01', { validTo: '2026-01-01' }),
  price(1, 'pen', '2.5', '2025-07-01', { validTo: '2025-10-01' }, { at: '2025-03-01' }),
  price(2, 'pen', '1.8', '2025-02-01', { currency: 'USD' }),
  tell.rate('USD', 'EUR', '0.5', '2025-01-01'),
  price(2, 'ink', '3', '2025-02-01', { currency: 'CHF' }),
  wrong,
  tell.corrected(wrong, { price: '1' }, '2025-05-01'),
  // Pens: 100 for 400.00 and 10 back for 40.00 in the twelve months, much more before that.
  sold(101, '2023-01-01', 'pen', '1000', 900_000),
  sold(102, '2025-03-01', 'pen', '60', 24_000),
  sold(103, '2025-04-01', 'pen', '40', 32_000, { currency: 'USD' }),
  sold(104, '2025-04-02', 'pen', '500', 1),
  tell.cancelled(9, 104, '2025-04-03'),
  tell.returned(9, 105, 102, '2025-04-05', 0, { lines: [{ sku: 'pen', quantity: '10', net: 4_000 }] }),
];

describe('supplier prices', () => {
  let given: Asking;
  beforeAll(async () => {
    given = await givenEvents(...company);
  });
  afterAll(closeAll);
  const prices = async (params: object = {}, when: object = { asOf: '2025-06-01' }) =>
    (await given.ask(supplierPrices, params, when)).items;
  const brief = async (params: object = {}, when?: object) =>
    (await prices(params, when)).map(({ supplierId, sku, price: each }) => [sku, Number(supplierId.slice(-1)), each]);

  it('are those in force, with what follows and what is left of what we sell for', async () => {
    const [own, other] = await prices({ sku: 'pen' });
    expect(own).toEqual({
      supplierId: uuid(1),
      supplier: 'Papierfabriek',
      sku: 'pen',
      price: 2,
      currency: 'EUR',
      validFrom: '2025-01-01',
      endsOn: '2025-07-01',
      endsInDays: 30,
      nextPrice: 2.5,
      nextCurrency: 'EUR',
      nextFrom: '2025-07-01',
      cost: 2,
      // (240.00 + 160.00 − 40.00) ÷ 90
      soldFor: 4,
      soldQuantity: 90,
      margin: 0.5,
    });
    expect(other).toMatchObject({
      currency: 'USD',
      price: 1.8,
      cost: 0.9,
      margin: 0.775,
      endsOn: null,
      nextPrice: null,
    });
    expect((await prices({ sku: 'ink' }))[0]).toMatchObject({ cost: null, soldFor: null, margin: null });
  });

  it('give way to a later one, which leaves none when it ends', async () => {
    const pens = (asOf: string) => brief({ sku: 'pen', supplier: uuid(1) }, { asOf });
    expect(await pens('2024-12-31')).toEqual([]);
    expect(await pens('2025-06-30')).toEqual([['pen', 1, 2]]);
    expect(await pens('2025-07-01')).toEqual([['pen', 1, 2.5]]);
    expect(await pens('2025-10-01')).toEqual([]);
  });

  it('follow what was known, and what had been agreed by then', async () => {
    const mug = (when: object) => brief({ sku: 'mug' }, when);
    expect(await mug({ asOf: '2025-06-01' })).toEqual([['mug', 1, 1]]);
    expect(await mug({ asOf: '2025-06-01', knownAt: '2025-04-30' })).toEqual([['mug', 1, 99]]);
    const [before] = await prices({ sku: 'pen', supplier: uuid(1) }, { asOf: '2025-02-28' });
    expect(before).toMatchObject({ endsOn: '2026-01-01', nextFrom: null });
  });

  it('can be sorted, paged, and asked for what ends soon', async () => {
    expect(await brief()).toEqual([
      ['ink', 2, 3],
      ['mug', 1, 1],
      ['pen', 1, 2],
      ['pen', 2, 1.8],
    ]);
    expect(await brief({ endingWithin: 30 })).toEqual([['pen', 1, 2]]);
    expect(await brief({ endingWithin: 29 })).toEqual([]);
    expect((await brief({ sort: '-margin' })).slice(0, 2)).toEqual([
      ['pen', 2, 1.8],
      ['pen', 1, 2],
    ]);
    const paged: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await given.ask(supplierPrices, { limit: 1, sort: '-endsOn', cursor }, { asOf: '2025-06-01' });
      paged.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual(await prices({ sort: '-endsOn' }));
    await expect(prices({ sort: 'luck' })).rejects.toMatchObject({ errors: [{ path: 'sort' }] });
  });

  it('are counted with the suppliers', async () => {
    const { items, nextCursor } = await given.ask(suppliers, { limit: 1 }, { asOf: '2025-06-01' });
    expect(items).toEqual([
      {
        supplierId: uuid(2),
        name: 'Inktmakerij',
        country: null,
        externalIds: [{ source: 'erp', key: 'S2' }],
        articles: 2,
      },
    ]);
    const rest = await given.ask(suppliers, { cursor: nextCursor as string }, { asOf: '2025-06-01' });
    expect(rest.items).toMatchObject([{ name: 'Papierfabriek', articles: 2 }]);
    expect((await given.ask(suppliers, {}, { asOf: '2025-01-31' })).items).toMatchObject([{ name: 'Papierfabriek' }]);
  });
});
