import { parse } from 'csv-parse/sync';
import { remove, type TestService, testService } from '../../support/service.js';

// biome-ignore lint/suspicious/noExplicitAny: a JSON document
type Json = any;

interface View {
  readonly path: string;
  readonly operation: Json;
  readonly answers: Json;
}

const isList = (value: unknown) =>
  Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null);

describe('Every view that is a list', () => {
  let service: TestService;
  let views: View[];
  let ids: Record<string, string>;

  beforeAll(async () => {
    service = await testService();
    const customer = await service.customer('De Gans, drukkers', { country: 'NL' });
    const order = await service.record(`/customers/${customer}/orders`, {
      placedAt: new Date(Date.now() - 40 * 86_400_000).toISOString(),
      currency: 'EUR',
      lines: [{ sku: 'NB-A5', productGroup: 'notebooks', quantity: '25', listPrice: '5.25', net: 12_500, cost: 8_000 }],
    });
    await service.record('/reps', { repId: 'anna', name: 'Anna de Wit' });
    await service.record(`/customers/${customer}/visits`, { heldBy: ['anna'] });
    const run = await service.record('/segmentations', {});
    ids = { id: customer, customer, customerId: customer, orderId: order.id, runId: run.id, otherId: run.id };
    await service.get(`/customers?atLeast=${run.position}`);
    const { paths } = (await service.get('/docs-json')).body;
    views = Object.entries<Json>(paths).flatMap(([path, { get: operation }]) => {
      const answers = operation?.responses['200'].content;
      // The audit log is no view: it is told in CloudEvents.
      const isView = operation?.parameters?.some(({ name }: Json) => name === 'asOf') && !path.endsWith('/events');
      return isView ? [{ path: path.replace('/api/v1', ''), operation, answers }] : [];
    });
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  it('is offered as CSV', () => {
    const lists = views.filter(
      ({ operation, answers }) =>
        Object.values(answers['application/json'].example.data).some(isList) ||
        operation.parameters.some(({ name }: Json) => name === 'limit'),
    );

    expect(lists.length).toBeGreaterThan(30);
    expect(lists.filter(({ answers }) => !answers['text/csv']).map(({ path }) => path)).toEqual([]);
  });

  it('is given as CSV, with names above rows of as many cells, and with the dates that it was given for', async () => {
    const rows: Record<string, number> = {};
    for (const { path, operation } of views.filter(({ answers }) => answers['text/csv'])) {
      const asked: Record<string, string> = { ...ids, since: '2026-01-01' };
      const query = operation.parameters
        .filter((parameter: Json) => parameter.in === 'query' && parameter.required)
        .map(({ name, example, schema }: Json) => `${name}=${asked[name] ?? example ?? schema?.example}`);
      const address = `${path.replace(/\{(\w+)\}/g, (_, name: string) => asked[name] ?? name)}?${query.join('&')}`;

      const { status, headers, body } = await service.get(address, { accept: 'text/csv' });

      expect([path, status, headers.get('content-type')]).toEqual([
        path,
        200,
        'text/csv; charset=utf-8; header=present',
      ]);
      expect([path, headers.get('x-position')]).toEqual([path, expect.stringMatching(/^[a-z0-9]+-\d+$/)]);
      const [names = [], ...cells] = parse(body) as string[][];
      expect([path, names]).toEqual([path, [...new Set(names.map((name) => /^[a-z][a-z0-9_]*$/.exec(name)?.[0]))]]);
      expect([path, body]).toEqual([path, expect.not.stringContaining('[object')]);
      rows[path] = cells.length;
    }
    expect(rows).toMatchObject({
      '/customers': 1,
      '/customers/{id}/timeline': 3,
      '/customers/{id}/value': 1,
      '/value': 1,
      '/value/what-if': 1,
      '/pyramid': 1,
      '/segmentations': 1,
      '/segmentations/what-if': 1,
    });
  });

  it('is as CSV what it is as JSON', async () => {
    const [asJson, asCsv] = await Promise.all([
      service.get('/customers'),
      service.get('/customers', { accept: 'text/csv' }),
    ]);

    const { customerId, registeredAt } = asJson.body.data.items[0];
    expect(asCsv.body).toBe(
      'customer_id,name,postcode,country,region,industry,lifecycle,ended,registered_at,segment,revenue,' +
        `account_manager\r\n${customerId},"De Gans, drukkers",,NL,,,customer,false,${registeredAt},A,12500,\r\n`,
    );
  });

  it('tells the events behind a figure as CSV, page by page', async () => {
    const { body } = await service.get(`/customers/${ids.id}/value?explain=true`, { accept: 'text/csv' });
    const [event] = parse(body, { columns: true }) as Record<string, string>[];

    expect(event).toMatchObject({ kind: 'order', order_id: ids.orderId, amount: '12500', adds_margin: '4500' });
  });
});
