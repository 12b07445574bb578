import { remove, type TestService, testService } from '../../support/service.js';

describe('Value to come over HTTP', () => {
  let service: TestService;
  let customer: string;
  beforeAll(async () => {
    service = await testService();
    const registered = await service.record('/customers', {
      name: 'Drukkerij De Gans',
      lifecycle: 'customer',
      occurredAt: '2024-01-01T10:00:00Z',
    });
    customer = registered.id;
    for (const placedAt of ['2024-05-01T10:00:00Z', '2025-05-01T10:00:00Z']) {
      await service.record(`/customers/${customer}/orders`, {
        placedAt,
        currency: 'EUR',
        lines: [{ sku: 'PEN', quantity: 1, net: 10_000, cost: 4_000 }],
      });
    }
    const { position } = await service.record(`/customers/${customer}/contracts`, {
      service: 'stock keeping',
      validFrom: '2025-01-01',
      value: 1_000,
      per: 'month',
    });
    await service.get(`/customers/${customer}?atLeast=${position}`);
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  const asOf = 'asOf=2025-12-31';

  it('shows a customer’s value with its parts, referral value beside it', async () => {
    const { body } = await service.get(`/customers/${customer}/value?${asOf}`);
    const { value, customerValue, referralValue } = body.data;
    expect(value).toMatchObject({ revenue: 20_000 });
    expect(customerValue).toMatchObject({ realised: 12_000, expected: { model: 'npv', retentionRate: 1 } });
    expect(customerValue.total).toBe(customerValue.realised + customerValue.expected.value);
    expect(referralValue).toMatchObject({ referrals: 0, value: 0 });
  });

  it('explains what a customer will still bring by its inputs, and those by its events', async () => {
    const address = `/customers/${customer}/value/expected?${asOf}&explain=true`;
    const { expected, inputs, events } = (await service.get(`${address}&limit=1`)).body.data;
    const rest = (await service.get(`${address}&cursor=${events.nextCursor}`)).body.data.events;

    expect(inputs).toMatchObject({
      contribution: 12_000,
      netRevenue: 20_000,
      until: '2025-12-30',
      bought: { firstOn: '2024-05-01', lastOn: '2025-05-01', repeats: 1, boughtLately: true, boughtBefore: true },
    });
    expect(Math.round(inputs.contribution / inputs.years)).toBe(expected.contributionAYear);
    const added = [...events.items, ...rest.items].map(({ adds }) => adds.contribution);
    expect(added).toEqual([6_000, 6_000]);
    const { customerValue } = (await service.get(`/customers/${customer}/value?${asOf}`)).body.data;
    expect(expected).toEqual(customerValue.expected);
  });

  it.each([
    ['/value/expected', 'customer_id,name,country,segment,account_manager,value'],
    ['/value/expected?by=segment', 'group,customers,untold,value'],
    ['/value/average?', 'from,customers,revenue,average'],
    ['/value/average?by=segment', 'from,group,customers,revenue'],
    ['/contracts', 'contract_id,customer_id,name,service'],
    ['/service-quality?by=country', 'group,orders_known'],
    ['/referrals/chains', 'customer_id,name,customers,depth,contribution'],
  ])('answers %s as JSON and as CSV', async (path, columns) => {
    const asked = `${path}${path.includes('?') ? '&' : '?'}${asOf}`;
    expect(await service.get(asked)).toMatchObject({ status: 200, body: { data: expect.anything() } });
    const { headers, body } = await service.get(asked, { accept: 'text/csv' });
    expect(headers.get('content-type')).toContain('text/csv');
    expect(body.startsWith(columns)).toBe(true);
  });

  it('answers the model, the coming year, service and referral value', async () => {
    expect((await service.get(`/value/model?${asOf}`)).body.data).toMatchObject({ model: 'npv' });
    expect((await service.get(`/value/coming-year?year=2025&${asOf}`)).body.data.came).toMatchObject({
      revenue: 10_000,
    });
    expect((await service.get(`/customers/${customer}/service?${asOf}`)).body.data.service.goodwillRate).toBeNull();
    expect((await service.get(`/customers/${customer}/referral-value`)).body.data.referrals).toEqual([]);
  });

  it.each([
    ['/value/expected?sort=luck', 'sort'],
    ['/value/expected?by=segment&limit=5', 'limit'],
    ['/value/expected?colour=red', 'colour'],
    ['/value/model?limit=3', 'limit'],
    ['/value/average?by=colour', 'by'],
    ['/value/coming-year?year=2199', 'year'],
    ['/value/coming-year?year=soon', 'year'],
    ['/contracts?endingWithin=-1', 'endingWithin'],
    ['/service-quality?from=2025-02-30', 'from'],
    ['/referrals/chains?cursor=x', 'cursor'],
    ['/customers/7/referral-value', 'id'],
  ])('refuses %s and says where', async (path, field) => {
    const { status, body } = await service.get(path);
    expect(status).toBe(400);
    expect(body.errors.map(({ path: where }: { path: string }) => where)).toContain(field);
  });
});
