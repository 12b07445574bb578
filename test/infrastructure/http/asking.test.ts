import { v7 } from 'uuid';
import { remove, type TestService, testService } from '../../support/service.js';

describe('Asking over HTTP', () => {
  let service: TestService;
  let customer: string;
  let first: { position: string };
  let second: { position: string };
  const order = (net: number, placedAt: string) => ({
    placedAt,
    currency: 'EUR',
    lines: [{ sku: 'NB-A5', quantity: '1', net }],
  });

  beforeAll(async () => {
    service = await testService();
    await service.record('/reps', { repId: 'anna', name: 'Anna de Wit' });
    customer = await service.customer('Drukkerij De Gans', {
      externalIds: [{ source: 'erp', key: '7' }],
      postcode: '3511 LX',
      occurredAt: '2025-01-01T09:00:00Z',
    });
    await service.record(`/customers/${customer}/account-team`, {
      repId: 'anna',
      role: 'accountManager',
      validFrom: '2025-01-01',
      occurredAt: '2025-01-01T09:00:00Z',
    });
    first = await service.record(`/customers/${customer}/orders`, order(10_000, '2025-03-01T09:00:00Z'));
    second = await service.record(`/customers/${customer}/orders`, order(5_000, '2025-06-01T09:00:00Z'));
    for (const name of ['Bakkerij Zonneveld', 'Cafe Centraal', 'Kwekerij Elst', 'Slagerij Stam']) {
      const other = await service.customer(name, { occurredAt: '2025-01-01T09:00:00Z' });
      await service.record(`/customers/${other}/orders`, order(1_000, '2025-03-01T09:00:00Z'));
    }
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  it('includes what was recorded when the answer has to reach its position', async () => {
    const later = await service.record(
      `/customers/${await service.customer('New')}/orders`,
      order(1, '2025-07-01T09:00:00Z'),
    );

    const answer = await service.get(`/value?atLeast=${later.position}&limit=1000`);

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      asOf: expect.stringMatching(/Z$/),
      knownAt: expect.stringMatching(/Z$/),
      position: expect.stringMatching(`^${service.engine.log.id}-`),
    });
    expect(answer.body.data.items.map(({ name }: { name: string }) => name)).toContain('New');
  });

  it('goes back in what had happened, and in what was known', async () => {
    const revenue = async (query: string) => {
      const { status, body } = await service.get(`/customers/${customer}/value?atLeast=${second.position}${query}`);
      return [status, body.data?.value.revenue];
    };

    expect(await revenue('')).toEqual([200, 15_000]);
    expect(await revenue('&asOf=2025-05-31')).toEqual([200, 10_000]);
    expect(await revenue('&asOf=2025-06-01T11:00:00%2B02:00')).toEqual([200, 15_000]);
    expect(await revenue('&asOf=2025-06-01T10:59:59%2B02:00')).toEqual([200, 10_000]);
    expect(await revenue(`&knownAt=${first.position}`)).toEqual([200, 10_000]);
  });

  it('refuses dates and positions that are none', async () => {
    const id = service.engine.log.id;
    for (const [query, path] of [
      ['asOf=2026-02-30', 'asOf'],
      ['asOf=yesterday', 'asOf'],
      ['asOf=2026-02-03T10:00:00', 'asOf'],
      ['asOf=2026-02-03&asOf=2026-02-04', 'asOf'],
      [`asOf=${first.position}`, 'asOf'],
      ['knownAt=2026-13-01', 'knownAt'],
      ['knownAt=another-1', 'knownAt'],
      [`knownAt=${id}-99999`, 'knownAt'],
      ['atLeast=7', 'atLeast'],
      ['atLeast=another-1', 'atLeast'],
      [`atLeast=${id}-99999`, 'atLeast'],
    ]) {
      const answer = await service.get(`/pyramid?${query}`);
      expect([query, answer.status, answer.body.errors?.map((error: { path: string }) => error.path)]).toEqual([
        query,
        400,
        [path],
      ]);
    }
  });

  it('of an unknown customer, or one that was not known then, finds nothing', async () => {
    const unknown = await service.get(`/customers/${v7()}/value`);
    const before = await service.get(`/customers/${customer}/value?knownAt=${service.engine.log.id}-1`);

    expect([unknown.status, unknown.body.type]).toEqual([404, 'urn:klantwaarde:problem:not-found']);
    expect(before.status).toBe(404);
  });

  it('pages through a list, each item once', async () => {
    const names: string[] = [];
    let cursor = '';
    do {
      const answer = await service.get(`/customers?limit=2&knownAt=${second.position}&sort=name${cursor}`);
      expect(answer.status).toBe(200);
      names.push(...answer.body.data.items.map(({ name }: { name: string }) => name));
      cursor = answer.body.data.nextCursor ? `&cursor=${answer.body.data.nextCursor}` : '';
    } while (cursor);

    expect(names).toEqual(['Drukkerij De Gans']);
    const all = await service.get('/customers?limit=3&sort=name');
    const rest = await service.get(`/customers?limit=1000&sort=name&cursor=${all.body.data.nextCursor}`);
    const list = [...all.body.data.items, ...rest.body.data.items].map(({ name }: { name: string }) => name);
    expect(list).toEqual([...new Set(list)]);
    expect(list).toEqual(expect.arrayContaining(['Bakkerij Zonneveld', 'Cafe Centraal', 'Drukkerij De Gans']));
  });

  it('refuses a cursor that it did not give', async () => {
    const answer = await service.get('/customers?cursor=nonsense');

    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].path).toBe('cursor');
  });

  it('finds a customer by its outside key', async () => {
    const answer = await service.get(`/customers?externalId=erp:7&atLeast=${first.position}`);

    expect(answer.body.data.items.map(({ customerId }: { customerId: string }) => customerId)).toEqual([customer]);
  });

  it('gives the value by group as well as by customer', async () => {
    const answer = await service.get(`/value?by=accountManager&atLeast=${second.position}`);
    const both = await service.get('/value?by=segment&sort=name');

    expect(answer.status).toBe(200);
    expect(answer.body.data.groups).toContainEqual(expect.objectContaining({ group: 'anna', customers: 1 }));
    expect(both.body.errors).toEqual([{ path: 'sort', message: 'means nothing together with `by`' }]);
  });

  it('gives the next-contact list as a table to who asks for one', async () => {
    const query = '/contacts/next?asOf=2025-12-01&from=2025-12-01&to=2026-12-31';
    const json = await service.get(query);
    const table = await service.get(`${query}&limit=1`, { accept: 'text/csv' });

    expect(json.status).toBe(200);
    expect(table.headers.get('content-type')).toContain('text/csv');
    expect(table.headers.get('x-position')).toBe(json.body.position);
    expect(table.headers.get('x-as-of')).toBe(json.body.asOf);
    const [names, line] = table.body.split('\r\n');
    expect(names).toContain('customer_id,customer,postcode,segment');
    expect(line).toContain(json.body.data.items[0].customer.id);
    expect(table.headers.get('link')).toMatch(/^<\/api\/v1\/contacts\/next\?.*cursor=.*>; rel="next"$/);
  });

  it.each([
    '/customers',
    '/customers/{id}',
    '/customers/{id}/timeline',
    '/customers/{id}/changes?since=2025-05-01',
    '/customers/{id}/value?explain=true',
    '/customers/{id}/value/history?from=2025-01-01&to=2026-01-01&step=month',
    '/customers/{id}/contact-scheme',
    '/value',
    '/value/history?step=year',
    '/pyramid',
    '/pyramid/customers?segment=A',
    '/contacts/next?reps=anna&channel=visit&segment=A&postcode=35',
    '/contacts/why?customer={id}',
    '/retention?period=year',
    '/agreements',
    '/discounts',
  ])('%s answers with its dates, twice the same', async (path) => {
    const joined = `${path.replace('{id}', customer)}${path.includes('?') ? '&' : '?'}`;
    const query = `${joined}asOf=2025-12-31&knownAt=${second.position}`;

    const answer = await service.get(query);
    const again = await service.get(query);

    expect([answer.status, answer.body]).toEqual([
      200,
      {
        asOf: '2025-12-31T22:59:59.999Z',
        knownAt: expect.any(String),
        position: second.position,
        data: expect.anything(),
      },
    ]);
    expect(again.body).toEqual(answer.body);
  });
});
