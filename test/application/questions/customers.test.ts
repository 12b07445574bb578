import { customers } from '../../../src/application/questions/customers.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

afterAll(closeAll);

describe('the list of customers', () => {
  let company: Asking;
  const found = async (params: object, asOf = '2025-06-15') =>
    (await company.ask(customers, params, { asOf })).items.map(({ customerId }) => Number(customerId.slice(-2)));

  beforeAll(async () => {
    const erp = [{ source: 'erp', key: 'A:17' }];
    company = await givenEvents(
      tell.registered(1, '2024-01-01', { name: 'Drukkerij Één', country: 'NL', postcode: '3511 LX', externalIds: erp }),
      tell.registered(2, '2024-02-01', { name: 'Bakkerij Twee', country: 'NL' }),
      tell.registered(3, '2024-03-01', { name: 'Garage Drie', lifecycle: 'prospect' }),
      tell.registered(4, '2024-04-01', { name: 'drukkerij een (dubbel)' }),
      tell.registered(5, '2025-12-01', { name: 'Later' }),
      tell.ordered(1, 10, '2025-01-10', 500, { country: 'BE' }),
      tell.ordered(2, 11, '2025-01-10', 900),
      tell.assigned(1, 'r1', '2025-01-01'),
      tell.assigned(1, 'r2', '2025-03-01'),
      tell.assigned(2, 'r1', '2025-01-01'),
      tell.removed(2, 'r1', '2025-04-01'),
      tell.takenOver(4, 1, '2025-05-01'),
      tell.event(2, 'CustomerEnded', '2025-05-20', { initiator: 'them' }),
    );
  });

  it('shows who is registered by then and not part of another, by name', async () => {
    expect(await found({})).toEqual([2, 1, 3]);
    expect(await found({}, '2025-04-30')).toEqual([2, 1, 4, 3]);
    expect(await found({}, '2024-02-15')).toEqual([2, 1]);
  });

  it('tells what is known of each', async () => {
    const { items, total, currency } = await company.ask(
      customers,
      { sort: '-revenue', limit: 2 },
      { asOf: '2025-06-15' },
    );
    expect({ total, currency }).toEqual({ total: 3, currency: 'EUR' });
    expect(items).toEqual([
      {
        customerId: uuid(2),
        name: 'Bakkerij Twee',
        postcode: null,
        country: 'NL',
        region: null,
        industry: null,
        lifecycle: 'customer',
        ended: true,
        registeredAt: '2024-02-01T12:00:00.000Z',
        segment: 'A',
        revenue: 900,
        accountManager: null,
      },
      {
        customerId: uuid(1),
        name: 'Drukkerij Één',
        postcode: '3511 LX',
        // Its latest order went there.
        country: 'BE',
        region: null,
        industry: null,
        lifecycle: 'customer',
        ended: false,
        registeredAt: '2024-01-01T12:00:00.000Z',
        segment: 'D',
        revenue: 500,
        accountManager: 'r2',
      },
    ]);
  });

  it('finds a part of a name whatever its case and accents', async () => {
    expect(await found({ search: 'DRUKKERIJ EEN' }, '2025-04-30')).toEqual([1, 4]);
    expect(await found({ search: '100%' })).toEqual([]);
  });

  it('finds the customer that an outside key belongs to', async () => {
    expect(await found({ externalId: 'erp:A:17' })).toEqual([1]);
    expect(await found({ externalId: 'erp:18' })).toEqual([]);
    await expect(found({ externalId: 'erp' })).rejects.toMatchObject({ errors: [{ path: 'externalId' }] });
  });

  it('is narrowed down to a segment, a country, an account manager', async () => {
    expect(await found({ segment: 'prospect' })).toEqual([3]);
    expect(await found({ segment: 'A' })).toEqual([2]);
    expect(await found({ country: 'BE' })).toEqual([1]);
    expect(await found({ accountManager: 'r2' })).toEqual([1]);
    expect(await found({ accountManager: 'r1' }, '2025-02-15')).toEqual([2, 1]);
  });

  it('pages in every order', async () => {
    for (const sort of ['name', '-name', 'revenue', '-revenue', 'registeredAt', '-registeredAt']) {
      const whole = await found({ sort });
      const paged: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await company.ask(customers, { sort, limit: 1, cursor }, { asOf: '2025-06-15' });
        paged.push(...page.items.map(({ customerId }) => Number(customerId.slice(-2))));
        cursor = page.nextCursor;
      } while (cursor);
      expect(paged).toEqual(whole);
      expect(whole).toHaveLength(3);
    }
  });
});
