import { randomUUID } from 'node:crypto';
import { remove, type TestService, testService } from '../../support/service.js';

describe('Contribution and movement over HTTP', () => {
  let service: TestService;
  let customer: string;
  let position: string;
  const order = (net: number, placedAt: string) => ({
    placedAt,
    currency: 'EUR',
    lines: [{ sku: 'NB-A5', productGroup: 'notebooks', quantity: '1', net, cost: Math.floor(net / 2) }],
  });

  beforeAll(async () => {
    service = await testService();
    customer = await service.customer('=Drukkerij', { occurredAt: '2024-01-01T09:00:00Z' });
    const other = await service.customer('Bakkerij', { occurredAt: '2024-01-01T09:00:00Z' });
    await service.record(`/customers/${customer}/orders`, order(10_000, '2024-03-01T09:00:00Z'));
    await service.record(`/customers/${other}/orders`, order(2_000, '2025-03-01T09:00:00Z'));
    ({ position } = await service.record(`/customers/${customer}/direct-costs`, {
      amount: 700,
      what: 'a stand',
      occurredAt: '2025-03-02T09:00:00Z',
    }));
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  const get = (path: string) => service.get(`${path}${path.includes('?') ? '&' : '?'}atLeast=${position}`);
  const table = async (path: string) => {
    const { headers, body } = await service.get(`${path}${path.includes('?') ? '&' : '?'}atLeast=${position}`, {
      accept: 'text/csv',
    });
    return { headers, text: body as string };
  };

  it('gives the account of one customer, explained by its events', async () => {
    const { status, body } = await get(`/customers/${customer}/contribution?explain=true`);

    expect(status).toBe(200);
    expect(body.data.contribution).toMatchObject({ netRevenue: 10_000, costOfGoods: 5_000, contribution: 4_300 });
    expect(body.data.events.items.map(({ type }: { type: string }) => type)).toEqual([
      'OrderPlaced',
      'DirectCostAttributed',
    ]);
  });

  it('gives those of all as JSON and, with harmless names, as CSV', async () => {
    const { body } = await get('/contribution?limit=1');
    expect(body.data).toMatchObject({ customers: 2, total: { contribution: 5_300 }, items: [{ contribution: 4_300 }] });

    const { headers, text } = await table('/contribution?limit=1');
    expect(headers.get('content-type')).toContain('text/csv');
    expect(headers.get('link')).toContain('cursor=');
    const [names, first] = text.split('\r\n') as [string, string];
    expect(names).toContain('customer_id,name,country,segment,account_manager,net_revenue');
    expect(first).toContain(`${customer},'=Drukkerij,`);
    expect((await table('/contribution?by=productGroup')).text).toContain('notebooks,2,12000');
  });

  it('gives the whale curve, the loss-makers, the bridge, the migration matrix and the series', async () => {
    expect((await get('/contribution/whale?parts=2')).body.data.points).toHaveLength(2);
    expect((await get('/contribution/loss-makers?from=2025-01-01')).body.data.items).toMatchObject([
      { customerId: customer, contribution: -700 },
    ]);
    const bridge = await get('/value/bridge?from=2024-12-31&to=2025-12-31');
    expect(bridge.body.data).toMatchObject({ from: { value: 5_000 }, to: { value: 300 }, difference: -4_700 });
    expect((await get(`/value/bridge?from=2024-12-31&to=2025-12-31&customer=${customer}`)).body.data).toMatchObject({
      customerId: customer,
      difference: -5_700,
    });
    const dates = 'from=2024-12-31&to=2025-12-31';
    expect((await get(`/value/bridge?${dates}&cause=lost`)).body.data).toMatchObject({
      cause: 'lost',
      items: [{ customerId: customer, amount: -5_700 }],
    });
    expect((await table(`/value/bridge?${dates}&cause=lost`)).text).toContain(`${customer},'=Drukkerij`);
    expect(
      (await get('/pyramid/series?from=2024-03-01&to=2024-05-01&contribution=true')).body.data.points,
    ).toMatchObject([
      { segments: [{ segment: 'A', contribution: 5_000 }] },
      { segments: [{ segment: 'A', contribution: 5_000 }] },
    ]);
    expect((await table(`/pyramid/migration?${dates}`)).text.split('\r\n')).toEqual(
      expect.arrayContaining(['from,to,customers,revenue_from,revenue_to', 'A,inactive,1,10000,0']),
    );
    expect((await get(`/pyramid/migration?${dates}&cell=A:inactive`)).body.data.items).toMatchObject([
      { customerId: customer },
    ]);
    expect((await get('/pyramid/series?from=2024-03-01&to=2025-07-01')).body.data.points).toHaveLength(16);
    for (const path of [
      '/contribution/whale',
      '/contribution/loss-makers',
      '/value/bridge?from=2024-12-31',
      '/pyramid/series',
    ]) {
      expect([path, (await table(path)).headers.get('content-type')]).toEqual([
        path,
        expect.stringContaining('text/csv'),
      ]);
    }
  });

  it.each([
    ['/contribution?from=2025-13-01', 'from'],
    ['/contribution?sort=beauty', 'sort'],
    ['/contribution?by=segment&limit=5', 'limit'],
    ['/contribution?segmen=A', 'segmen'],
    ['/contribution/whale?parts=1', 'parts'],
    ['/contribution/loss-makers?sort=name', 'sort'],
    ['/value/bridge', 'from'],
    ['/value/bridge?from=2025-01-01&months=0', 'months'],
    ['/value/bridge?from=2025-01-01&cause=weather', 'cause'],
    [`/value/bridge?from=2025-01-01&cause=lost&customer=${randomUUID()}`, 'customer'],
    ['/value/bridge?from=2025-01-01&knownFrom=soon', 'knownFrom'],
    ['/pyramid/migration?from=2025-01-01&cell=A', 'cell'],
    ['/pyramid/migration?from=2025-01-01&limit=5', 'limit'],
    ['/pyramid/series?from=yesterday', 'from'],
  ])('refuses %s by the name of the parameter', async (path, parameter) => {
    const { status, body } = await service.get(path);

    expect(status).toBe(400);
    expect(body.errors).toContainEqual(expect.objectContaining({ path: parameter }));
  });
});
