import { remove, type TestService, testService } from '../../support/service.js';

describe('Relationship, references and suppliers over HTTP', () => {
  let service: TestService;
  let customer: string;
  let supplier: string;
  beforeAll(async () => {
    service = await testService();
    customer = await service.customer();
    const at = `/customers/${customer}`;
    supplier = (await service.record('/suppliers', { name: '=HYPERLINK("x"), Inc.' })).id;
    await service.record(`/suppliers/${supplier}/prices`, { sku: 'PEN', price: '2.5', validFrom: '2026-01-01' });
    await service.put('/policies/value', {
      thresholds: { a: '0.01', b: '0.05', c: '0.2' },
      elements: [{ weights: ['strategic value', 'learning value'].map((element) => ({ element, weight: '1' })) }],
      validFrom: '2026-01-01',
    });
    await service.record(`${at}/scores`, { element: 'strategic value', score: '7.5', basis: 'a hunch' });
    await service.record(`${at}/competitor-prices`, { competitor: 'Gifts & Co', index: '95' });
    await service.record(`${at}/reference-consent`, { granted: true, uses: ['logo', 'showcase'] });
    await service.record(`${at}/references`, { to: { name: 'Bakkerij Zonneveld' }, use: 'call', outcome: 'an order' });
    const { position } = await service.record(`${at}/reviews`, { where: 'a fair', sentiment: 'recommends' });
    await service.get(`${at}?atLeast=${position}`);
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  it('shows a relationship with its parts, the texts of persons opened', async () => {
    const { body } = await service.get(`/customers/${customer}/relationship`);
    expect(body.data).toMatchObject({
      score: 7.5,
      weightKnown: 0.5,
      undefinedElements: ['learning value'],
      competitors: { index: 95 },
      references: { showcase: true, given: [{ outcome: 'an order', consented: false }] },
    });
    expect(body.data.elements[1]).toMatchObject({ element: 'strategic value', basis: 'a hunch' });
    const { body: alone } = await service.get(`/customers/${customer}/references`);
    expect(alone.data).toEqual({ customerId: customer, ...body.data.references });
  });

  it.each([
    ['/relationship?sort=-name', 'customer_id,name,country,segment', ',7.5,0.5,learning value,'],
    ['/references?use=showcase&sentiment=recommends', 'customer_id,name,country', ',logo; showcase,true,1,1,'],
    ['/competitor-prices?competitor=Gifts %26 Co', 'customer_id,name,competitor,sku', ',Gifts & Co,,,'],
    ['/competitor-prices?by=competitor', 'group,comparisons,customers,index', 'Gifts & Co,1,1,95,95,95,'],
    ['/suppliers', 'supplier_id,name,country,articles', `,"'=HYPERLINK(""x""), Inc.",,1`],
    ['/supplier-prices?sku=PEN', 'supplier_id,supplier,sku,price', ',PEN,2.5,EUR,2026-01-01,'],
  ])('answers %s as JSON and as CSV', async (path, columns, row) => {
    expect(await service.get(path)).toMatchObject({ status: 200, body: { data: expect.anything() } });
    const { headers, body } = await service.get(path, { accept: 'text/csv' });
    expect(headers.get('content-type')).toContain('text/csv');
    expect(body.startsWith(columns)).toBe(true);
    expect(body).toContain(row);
  });

  it.each([
    ['/relationship?sort=luck', 'sort'],
    ['/relationship?segment=Z', 'segment'],
    ['/relationship?colour=red', 'colour'],
    ['/customers/7/relationship', 'id'],
    ['/references?sentiment=fond', 'sentiment'],
    ['/references?cursor=x', 'cursor'],
    ['/competitor-prices?by=colour', 'by'],
    ['/competitor-prices?by=sku&limit=3', 'limit'],
    ['/supplier-prices?endingWithin=-1', 'endingWithin'],
    ['/supplier-prices?supplier=7', 'supplier'],
    ['/suppliers?sort=name', 'sort'],
  ])('refuses %s and says where', async (path, field) => {
    const { status, body } = await service.get(path);
    expect(status).toBe(400);
    expect(body.errors.map(({ path: where }: { path: string }) => where)).toContain(field);
  });
});
