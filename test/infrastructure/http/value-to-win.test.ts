import { remove, type TestService, testService } from '../../support/service.js';

describe('Value to win over HTTP', () => {
  let service: TestService;
  let customer: string;
  let offer: string;
  beforeAll(async () => {
    service = await testService();
    const registered = await service.record('/customers', {
      name: '=Drukkerij De Gans',
      lifecycle: 'customer',
      country: 'NL',
      industry: 'printing',
      occurredAt: '2024-01-01T10:00:00Z',
    });
    customer = registered.id;
    await service.record('/customers', {
      name: 'Bakkerij Zon',
      country: 'NL',
      industry: 'printing',
      lifecycle: 'prospect',
    });
    for (const month of ['01', '02', '03']) {
      await service.record(`/customers/${customer}/orders`, {
        placedAt: `2025-${month}-01T10:00:00Z`,
        currency: 'EUR',
        lines: [{ sku: 'PEN', productGroup: 'pens', quantity: 1, net: 10_000, cost: 4_000 }],
      });
    }
    await service.record(`/customers/${customer}/wallet-estimates`, {
      category: 'pens',
      annualSpend: 50_000,
      competitors: ['Gifts & Co', 'Pen & Paper'],
      occurredAt: '2025-04-01T10:00:00Z',
    });
    const made = await service.record(`/customers/${customer}/offers`, {
      kind: 'deep',
      product: 'More pens',
      productGroup: 'pens',
      value: 20_000,
      occurredAt: '2025-04-01T10:00:00Z',
    });
    offer = made.id;
    const { position } = await service.record(`/customers/${customer}/offers/${offer}/answer`, {
      accepted: false,
      reason: 'Has enough of them',
      occurredAt: '2025-05-01T10:00:00Z',
    });
    await service.get(`/customers/${customer}?atLeast=${position}`);
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  const asOf = 'asOf=2025-12-31';

  it('shows the potential of a customer beside its value', async () => {
    const { body } = await service.get(`/customers/${customer}/value?${asOf}`);
    expect(body.data.potential).toMatchObject({
      spend: 50_000,
      ownRevenue: 30_000,
      shareOfWallet: 0.6,
      potential: 20_000,
    });
    const { body: explained } = await service.get(`/customers/${customer}/potential?explain=true&${asOf}`);
    expect(explained.data.potential).toEqual(body.data.potential);
    expect(explained.data.events.items).toHaveLength(4);
  });

  it('tells why an offer was declined, and what to offer', async () => {
    const { body } = await service.get(`/offers?state=declined&customer=${customer}&${asOf}`);
    expect(body.data.items).toMatchObject([{ offerId: offer, value: 20_000, reason: 'Has enough of them' }]);
    const { body: suggested } = await service.get(`/customers/${customer}/suggestions?${asOf}`);
    expect(suggested.data).toMatchObject({
      buyers: 1,
      why: expect.stringContaining('Too few'),
      items: [{ item: 'pens', worth: 30_000, stopped: { purchases: 3 }, offered: { state: 'declined' } }],
    });
  });

  it('finds prospects like a customer', async () => {
    const { body } = await service.get(`/customers/${customer}/look-alikes?among=prospects`);
    expect(body.data.items).toMatchObject([
      { name: 'Bakkerij Zon', likeness: 1, unknown: expect.arrayContaining(['region']) },
    ]);
  });

  it.each([
    ['/potential', 'customer_id,name,country,segment,account_manager,category', `'=Drukkerij De Gans,NL,A,,pens`],
    [
      '/customers/{id}/potential',
      'category,estimated_on,basis,competitors',
      'pens,2025-04-01,,Gifts & Co; Pen & Paper',
    ],
    ['/offers', 'offer_id,customer_id,name,account_manager,kind', `'=Drukkerij De Gans,,deep,More pens`],
    ['/offers/figures', 'made,open,answered,accepted', '1,0,1,0,1,0,0,'],
    ['/offers/figures?by=kind', 'group,made,open,answered', 'deep,1,0,1'],
    ['/customers/{id}/suggestions', 'item,worth,similar_buy_because', 'pens,30000,,,'],
    [
      '/customers/{id}/look-alikes?asOf=2999-01-01',
      'customer_id,name,segment,account_manager,likeness,industry',
      'Bakkerij Zon',
    ],
    ['/look-alikes', 'customer_id,name,segment,account_manager,likeness,industry', ''],
  ])('answers %s as JSON and as CSV', async (path, columns, row) => {
    const asked = path.replace('{id}', customer);
    const full = path.includes('asOf') ? asked : `${asked}${path.includes('?') ? '&' : '?'}${asOf}`;
    expect(await service.get(full)).toMatchObject({ status: 200, body: { data: expect.anything() } });
    const { headers, body } = await service.get(full, { accept: 'text/csv' });
    expect(headers.get('content-type')).toContain('text/csv');
    expect(body.startsWith(columns)).toBe(true);
    expect(body).toContain(row);
  });

  it.each([
    ['/potential?sort=luck', 'sort'],
    ['/potential?colour=red', 'colour'],
    ['/customers/7/potential', 'id'],
    ['/offers?state=lost', 'state'],
    ['/offers?kind=sideways', 'kind'],
    ['/offers?customer=7', 'customer'],
    ['/offers/figures?by=colour', 'by'],
    ['/offers/figures?from=2025-02-30', 'from'],
    ['/customers/{id}/suggestions?level=colour', 'level'],
    ['/customers/{id}/suggestions?minimumBuyers=0', 'minimumBuyers'],
    ['/look-alikes?of=Z', 'of'],
    ['/look-alikes?minimumFeatures=8', 'minimumFeatures'],
    ['/look-alikes?cursor=x', 'cursor'],
    ['/customers/{id}/look-alikes?of=A', 'of'],
  ])('refuses %s and says where', async (path, field) => {
    const { status, body } = await service.get(path.replace('{id}', customer));
    expect(status).toBe(400);
    expect(body.errors.map(({ path: where }: { path: string }) => where)).toContain(field);
  });
});
