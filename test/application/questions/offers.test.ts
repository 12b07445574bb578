import { offerFigures, offers } from '../../../src/application/questions/offers.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

afterAll(closeAll);

const made = (customer: number, id: number, at: string, kind: string, more: object = {}) =>
  tell.event(customer, 'OfferMade', at, { offerId: uuid(id), kind, product: `Product ${id}`, ...more });
const answered = (customer: number, id: number, at: string, accepted: boolean, more: object = {}) =>
  tell.event(customer, 'OfferAnswered', at, { offerId: uuid(id), accepted, ...more });
const worth = (value: number, currency = 'EUR') => ({ value, currency });

const asOf = '2026-06-30';

describe('offers', () => {
  let company: Asking;
  const states = async (params: object = {}, when: object = { asOf }) =>
    (await company.ask(offers, params, when)).items.map(({ offerId, state }) => [Number(offerId.slice(-2)), state]);

  beforeAll(async () => {
    company = await givenEvents(
      tell.registered(1),
      tell.registered(2),
      tell.assigned(1, 'r1', '2024-01-01'),
      made(1, 11, '2026-01-10', 'cross', { productGroup: 'pens', ...worth(1_000) }),
      answered(1, 11, '2026-01-20', true, { orderId: uuid(99) }),
      made(1, 12, '2026-02-10', 'up', { productGroup: 'pens', validTo: '2026-03-01', ...worth(500) }),
      made(1, 13, '2026-02-10', 'up', { validTo: '2026-06-30', ...worth(200) }),
      // After it lapsed.
      answered(1, 12, '2026-03-05', false, { reason: 'too dear' }),
      made(2, 14, '2026-03-10', 'deep', worth(300, 'USD')),
      made(2, 15, '2026-04-10', 'cross', { productGroup: 'cups' }),
    );
  });

  it('are open until they are answered or lapse, as of the date and as known then', async () => {
    expect(await states()).toEqual([
      [15, 'open'],
      [14, 'open'],
      [13, 'expired'],
      [12, 'declined'],
      [11, 'accepted'],
    ]);
    expect(await states({}, { asOf: '2026-03-04' })).toEqual([
      [13, 'open'],
      [12, 'expired'],
      [11, 'accepted'],
    ]);
    expect(await states({ customer: uuid(1) }, { asOf, knownAt: '2026-03-01' })).toEqual([
      [13, 'expired'],
      [12, 'expired'],
      [11, 'accepted'],
    ]);
  });

  it('are listed with all that was told of them', async () => {
    const { items } = await company.ask(offers, { state: 'accepted' }, { asOf });
    expect(items).toEqual([
      {
        offerId: uuid(11),
        customerId: uuid(1),
        name: 'Klant 1',
        accountManager: 'r1',
        kind: 'cross',
        product: 'Product 11',
        productGroup: 'pens',
        sku: null,
        basis: null,
        value: 1_000,
        currency: 'EUR',
        madeOn: '2026-01-10',
        validTo: null,
        state: 'accepted',
        answeredOn: '2026-01-20',
        reason: null,
        orderId: uuid(99),
      },
    ]);
  });

  it('are narrowed down and paged, those of one moment by the order in which they were recorded', async () => {
    expect(await states({ kind: 'up' })).toEqual([
      [13, 'expired'],
      [12, 'declined'],
    ]);
    expect(await states({ accountManager: 'r1', state: 'expired' })).toEqual([[13, 'expired']]);
    const { items, nextCursor } = await company.ask(offers, { limit: 3 }, { asOf });
    expect(items).toHaveLength(3);
    expect(await states({ limit: 3, cursor: nextCursor })).toEqual([
      [12, 'declined'],
      [11, 'accepted'],
    ]);
    await expect(states({ customer: uuid(7) })).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('have a rate of acceptance among those answered, and a value', async () => {
    const { data, unconverted } = await company.answer(offerFigures, { by: 'kind' }, { asOf });
    expect(data.total).toEqual({
      made: 5,
      open: 2,
      answered: 2,
      accepted: 1,
      declined: 1,
      expired: 1,
      acceptanceRate: 0.5,
      value: 1_700,
      valueOpen: 0,
      valueAccepted: 1_000,
      withoutValue: 2,
    });
    expect(unconverted).toEqual([{ currency: 'USD', amount: 300 }]);
    expect(data.groups).toMatchObject([
      { group: 'cross', made: 2, acceptanceRate: 1 },
      { group: 'deep', made: 1, acceptanceRate: null },
      { group: 'up', made: 2, acceptanceRate: 0 },
    ]);
  });

  it('are told by account manager and product group, over the days on which they were made', async () => {
    const by = async (params: object) =>
      (await company.ask(offerFigures, params, { asOf })).groups?.map((group) => [group.group, group.made]);
    expect(await by({ by: 'accountManager' })).toEqual([
      ['r1', 3],
      [null, 2],
    ]);
    expect(await by({ by: 'productGroup', from: '2026-02-10', to: '2026-04-10' })).toEqual([
      ['pens', 1],
      [null, 2],
    ]);
  });
});
