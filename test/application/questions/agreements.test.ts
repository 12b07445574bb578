import { agreedVersusGiven } from '../../../src/application/questions/agreed-versus-given.js';
import { agreements } from '../../../src/application/questions/agreements.js';
import type { GivenEvent } from '../../support/read-side.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';

afterEach(closeAll);

const discount = (customer: number, id: number, validFrom: string, more: object = {}, told = {}): GivenEvent =>
  tell.event(
    customer,
    'DiscountAgreed',
    validFrom,
    { agreementId: uuid(id), scope: { kind: 'all' }, rate: '0.1', validFrom, ...more },
    told,
  );

const ended = (customer: number, id: number, endsOn: string, at: string): GivenEvent =>
  tell.event(customer, 'AgreementEnded', at, { agreementId: uuid(id), endsOn });

describe('agreements in force', () => {
  const company = [
    tell.registered(1),
    tell.registered(2),
    tell.event(1, 'ContactPersonAdded', '2025-01-01', {
      contactPersonId: uuid(401),
      name: 'Mevrouw Inkoop',
      layer: 'tactical',
    }),
    { type: 'RepRegistered', at: '2025-01-01', stream: 'rep-r1', data: { repId: 'r1', name: 'Rik' } },
    discount(1, 501, '2025-01-01', { agreedWith: uuid(401), agreedBy: 'r1', validTo: '2026-01-01' }),
    discount(1, 502, '2025-02-01', { scope: { kind: 'productGroup', productGroup: 'pens' }, rate: '0.15' }),
    tell.event(2, 'PaymentTermsAgreed', '2025-03-01', {
      agreementId: uuid(503),
      days: 30,
      settlementDiscount: { rate: '0.02', withinDays: 8 },
      validFrom: '2025-03-01',
      validTo: '2025-12-01',
    }),
    ended(1, 502, '2025-07-01', '2025-06-01'),
  ];

  it('say what was agreed, with whom and by whom', async () => {
    const { ask } = await givenEvents(...company);
    const { on, items } = await ask(agreements, {}, { asOf: '2025-06-30' });
    expect(on).toBe('2025-06-30');
    expect(items).toEqual([
      {
        kind: 'discount',
        agreementId: uuid(501),
        customer: { id: uuid(1), name: 'Klant 1' },
        scope: { kind: 'all', value: null },
        rate: 0.1,
        tiers: null,
        validFrom: '2025-01-01',
        validTo: '2026-01-01',
        agreedWith: { contactPersonId: uuid(401), name: 'Mevrouw Inkoop' },
        agreedBy: { repId: 'r1', name: 'Rik' },
      },
      {
        kind: 'discount',
        agreementId: uuid(502),
        customer: { id: uuid(1), name: 'Klant 1' },
        scope: { kind: 'productGroup', value: 'pens' },
        rate: 0.15,
        tiers: null,
        validFrom: '2025-02-01',
        validTo: '2025-07-01',
        agreedWith: null,
        agreedBy: null,
      },
      {
        kind: 'paymentTerms',
        agreementId: uuid(503),
        customer: { id: uuid(2), name: 'Klant 2' },
        days: 30,
        settlementDiscount: { rate: '0.02', withinDays: 8 },
        validFrom: '2025-03-01',
        validTo: '2025-12-01',
        agreedWith: null,
        agreedBy: null,
      },
    ]);
  });

  it('hold from their first day up to the day before they end', async () => {
    const { ask } = await givenEvents(...company);
    const on = async (asOf: string, params = {}) =>
      (await ask(agreements, params, { asOf })).items.map(({ agreementId }) => Number(agreementId.slice(-3)));
    expect(await on('2024-12-31')).toEqual([]);
    expect(await on('2025-01-01')).toEqual([501]);
    expect(await on('2025-07-01')).toEqual([501, 503]);
    expect(await on('2025-11-30')).toEqual([501, 503]);
    expect(await on('2025-12-01')).toEqual([501]);
    expect(await on('2026-01-01')).toEqual([]);
    expect(await on('2025-06-30', { customerId: uuid(1) })).toEqual([501, 502]);
    expect(await on('2025-06-30', { endingBefore: '2025-12-02' })).toEqual([502, 503]);
    expect((await ask(agreements, { limit: 1 }, { asOf: '2025-06-30' })).nextCursor).toBeDefined();
  });

  it('end only once that is known, and go over to who took the customer over', async () => {
    const { ask } = await givenEvents(...company, tell.takenOver(1, 2, '2025-09-01'));
    const known = await ask(agreements, { customerId: uuid(1) }, { asOf: '2025-07-15', knownAt: '2025-05-31' });
    expect(known.items.map(({ agreementId, validTo }) => [agreementId, validTo])).toEqual([
      [uuid(501), '2026-01-01'],
      [uuid(502), null],
    ]);
    const { items } = await ask(agreements, { customerId: uuid(2) }, { asOf: '2025-09-01' });
    expect(items.map(({ agreementId }) => agreementId)).toEqual([uuid(501), uuid(503)]);
  });
});

describe('the discount agreed against the discount given', () => {
  const line = (more: object) => ({
    sku: 'pen',
    productGroup: 'pens',
    quantity: '10',
    listPrice: '10',
    net: 9_000,
    ...more,
  });
  const order = (id: number, at: string, ...lines: object[]): GivenEvent => tell.ordered(1, id, at, 0, { lines });
  const compared = async (events: GivenEvent[], params: object = {}, when = {}) => {
    const { ask } = await givenEvents(tell.registered(1), ...events);
    return (await ask(agreedVersusGiven, params, when)).items;
  };
  const brief = (items: Awaited<ReturnType<typeof compared>>) =>
    items.map(({ agreed, givenRate, differenceAmount, differs }) => [
      agreed && Number(agreed.agreementId.slice(-3)),
      agreed?.rate ?? null,
      givenRate,
      differenceAmount,
      differs,
    ]);

  it('takes the agreement that says most of the line: sku, then product group, then everything', async () => {
    const items = await compared([
      discount(1, 501, '2025-01-01'),
      discount(1, 502, '2025-01-01', { scope: { kind: 'productGroup', productGroup: 'pens' }, rate: '0.2' }),
      discount(1, 503, '2025-01-01', { scope: { kind: 'sku', sku: 'pen' }, rate: '0.3' }),
      order(
        601,
        '2025-02-01',
        line({ discountRate: '0.3', net: 7_000 }),
        line({ sku: 'ballpoint', discountRate: '0.1' }),
        line({ sku: 'mug', productGroup: 'mugs' }),
      ),
    ]);
    expect(brief(items)).toEqual([
      [503, 0.3, 0.3, 0, false],
      [502, 0.2, 0.1, -1_000, true],
      [501, 0.1, 0.1, 0, false],
    ]);
    expect(items[1]).toMatchObject({
      customerId: uuid(1),
      orderId: uuid(601),
      line: 2,
      orderedOn: '2025-02-01',
      difference: -0.1,
    });
  });

  it('takes the tier that the quantity reaches, and passes over an agreement that gives nothing for it', async () => {
    const tiers = [
      { fromQuantity: '100', rate: '0.25' },
      { fromQuantity: '20', rate: '0.15' },
    ];
    const items = await compared([
      discount(1, 501, '2025-01-01', { rate: '0.05' }),
      discount(1, 502, '2025-01-01', { scope: { kind: 'sku', sku: 'pen' }, rate: undefined, tiers }),
      order(601, '2025-02-01', line({ quantity: '19' }), line({ quantity: '20' }), line({ quantity: '250.5' })),
    ]);
    expect(items.map(({ agreed }) => agreed?.rate)).toEqual([0.05, 0.15, 0.25]);
  });

  it('takes what held on the day of the order, as it was known', async () => {
    const events = [
      discount(1, 501, '2025-01-01'),
      ended(1, 501, '2025-03-01', '2025-02-20'),
      discount(1, 502, '2025-03-01', { rate: '0.2' }, { recordedAt: '2025-05-01', at: '2025-02-20' }),
    ];
    const orders = [order(601, '2025-02-28', line({})), order(602, '2025-03-01', line({}))];
    const rates = async (when = {}) =>
      (await compared([events[0]!, events[1]!, ...orders, events[2]!], {}, when)).map(({ agreed }) => agreed?.rate);
    expect(await rates()).toEqual([0.2, 0.1]);
    expect(await rates({ knownAt: '2025-04-30' })).toEqual([undefined, 0.1]);
  });

  it('reckons what was given from the net when the line does not state it, forgiving a cent of rounding', async () => {
    const items = await compared([
      discount(1, 501, '2025-01-01'),
      order(
        601,
        '2025-02-01',
        line({ net: 9_001 }),
        line({ net: 8_500 }),
        line({ listPrice: undefined }),
        line({ listPrice: undefined, discountRate: '0.1' }),
      ),
    ]);
    expect(brief(items)).toEqual([
      [501, 0.1, 0.0999, -1, false],
      [501, 0.1, 0.15, 500, true],
      [501, 0.1, null, null, null],
      [501, 0.1, 0.1, null, false],
    ]);
  });

  it('shows a discount that nobody agreed as a difference, and can show differences only', async () => {
    const events = [
      order(601, '2025-02-01', line({ discountRate: '0.1' }), line({ discountRate: '0', net: 10_000 })),
      order(602, '2025-02-02', line({ discountRate: '0.05', net: 9_500 })),
      order(603, '2025-02-03', line({ discountRate: '0.05', net: 9_500 })),
      tell.cancelled(1, 603, '2025-02-04'),
    ];
    expect((await compared(events)).map(({ differs }) => differs)).toEqual([true, true, false]);
    const only = await compared(events, { onlyDifferences: true });
    expect(only.map(({ orderId, line: number, difference }) => [orderId, number, difference])).toEqual([
      [uuid(602), 1, 0.05],
      [uuid(601), 1, 0.1],
    ]);
  });

  it('keeps to the customer and days asked for, and pages through', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      tell.registered(2),
      order(601, '2025-02-01', line({}), line({}), line({})),
      order(602, '2025-02-02', line({})),
      tell.ordered(2, 603, '2025-02-03', 0, { lines: [line({})] }),
    );
    const all = (await ask(agreedVersusGiven, {})).items;
    const keyOf = ({ orderId, line: number }: (typeof all)[number]) => `${orderId.slice(-3)}/${number}`;
    expect(all.map(keyOf)).toEqual(['603/1', '602/1', '601/1', '601/2', '601/3']);
    const paged: (typeof all)[number][] = [];
    let cursor: string | undefined;
    do {
      const page = await ask(agreedVersusGiven, { limit: 2, ...(cursor && { cursor }) });
      paged.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual(all);
    expect((await ask(agreedVersusGiven, { customerId: uuid(2) })).items.map(keyOf)).toEqual(['603/1']);
    expect((await ask(agreedVersusGiven, { from: '2025-02-02', to: '2025-02-03' })).items.map(keyOf)).toEqual([
      '602/1',
    ]);
  });
});
