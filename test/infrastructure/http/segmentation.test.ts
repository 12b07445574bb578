import { v7 } from 'uuid';
import { Ask } from '../../../src/application/ask.js';
import { LogUnavailable } from '../../../src/application/ports/event-log.js';
import { proposeSegmentation } from '../../../src/application/propose-segmentation.js';
import { remove, type TestService, testService } from '../../support/service.js';

const by = { actor: 'local', source: 'api' as const };

describe('A segmentation from outside', () => {
  let service: TestService;
  let customers: string[];
  beforeAll(async () => {
    service = await testService();
    customers = [];
    for (const net of [50_000, 40_000, 30_000]) {
      const id = await service.customer(`=Klant ${net}`);
      await service.record(`/customers/${id}/orders`, { currency: 'EUR', lines: [{ sku: 'PEN', quantity: 1, net }] });
      customers.push(id);
    }
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  const policy = { thresholds: { a: '0.3', b: '0.6', c: '1' } };

  it('is proposed, looked at, adjusted, finalised and followed', async () => {
    const id = v7();
    const proposed = await service.post('/segmentations', { id, policy });
    expect(proposed.status).toBe(201);
    expect(proposed.body).toMatchObject({
      id,
      customers: 3,
      parts: 1,
      segments: [
        { segment: 'A', customers: 1 },
        { segment: 'B', customers: 1 },
        { segment: 'C', customers: 1 },
      ],
    });
    const again = await service.post('/segmentations', { id });
    expect({ status: again.status, body: again.body }).toEqual({ status: 200, body: proposed.body });
    expect((await service.post('/segmentations', { id, asOf: '2020-01-01' })).status).toBe(409);
    expect(
      (await service.post('/segmentations', { id, policy: { thresholds: { a: '0', b: '0', c: '0' } } })).status,
    ).toBe(409);

    const adjustment = { customerId: customers[2], from: 'C', to: 'A', reason: 'Opens three shops' };
    await service.record(`/segmentations/${id}/adjustments`, adjustment);
    const [effectiveFrom] = proposed.body.asOf.split('T');
    const { position } = await service.record(`/segmentations/${id}/finalisation`, { effectiveFrom, approver: 'anna' });
    const { data } = (await service.get(`/segmentations/${id}?atLeast=${position}&adjusted=true`)).body;
    expect(data).toMatchObject({ status: 'finalised', inForce: true, adjustments: 1 });
    expect(data.items).toMatchObject([{ customerId: customers[2], segment: 'A', proposed: 'C', adjusted: true }]);
    expect((await service.get('/segmentations')).body.data.items).toMatchObject([{ runId: id, inForce: true }]);

    const next = (await service.get('/contacts/next?to=2040-01-01')).body.data;
    expect(next.segmentation.runId).toBe(id);
    expect(next.items.filter((item: { customer: { segment: string } }) => item.customer.segment === 'A')).toHaveLength(
      2,
    );

    const table = await service.get(`/segmentations/${id}?limit=1`, { accept: 'text/csv' });
    expect(table.body).toBe(
      `customer_id,name,segment,without,proposed,figure,rank,adjusted\r\n${customers[0]},'=Klant 50000,A,none,A,50000,1,false\r\n`,
    );
    expect(table.headers.get('link')).toContain('rel="next"');

    const other = await service.record('/segmentations', {});
    const compared = await service.get(`/segmentations/${id}/compare/${other.id}?atLeast=${other.position}`);
    expect(compared.body.data.items).toHaveLength(2);
  });

  it('is proposed under a whole policy, as it would be set', async () => {
    const whole = { ...policy, pyramidBy: 'contribution', discountRate: '0.08', horizonYears: 3, minimumRepeaters: 50 };

    const { status, body } = await service.post('/segmentations', { policy: whole });

    expect({ status, policy: body.policy }).toMatchObject({ status: 201, policy: whole });
    const refused = await service.post('/segmentations', { policy: { ...policy, discountRate: '1.5' } });
    expect(refused.body.errors).toEqual([
      { path: 'policy.discountRate', message: expect.stringContaining('fraction') },
    ]);
  });

  it('that was broken off goes on with the same call', async () => {
    const id = v7();
    const { commandBus, queryBus, log } = service.engine;
    let told = 0;
    const means = {
      log,
      ask: (question: never, params: never, when: never) => queryBus.execute(new Ask(question, params, when)),
      record: async (record: never) => {
        if (++told === 2) throw new LogUnavailable('The log is away.', 1);
        return commandBus.execute(record);
      },
    };
    await expect(proposeSegmentation(means as never, { id, policy }, by)).rejects.toThrow(LogUnavailable);
    await service.customer('Came in between');
    const rest = await service.post('/segmentations', { id, policy });
    expect(rest.status).toBe(201);
    const run = (await service.get(`/segmentations/${id}?atLeast=${rest.body.position}`)).body.data;
    expect(run).toMatchObject({ status: 'proposed', assigned: 3 });
    expect((await service.post('/segmentations', { id, policy })).status).toBe(200);
  });

  it('is refused with what is wrong with it', async () => {
    const post = (body: object) => service.post('/segmentations', body);
    expect((await post({ policy: { thresholds: { a: '0.5', b: '0.1', c: '1' } } })).body).toMatchObject({
      status: 422,
      rule: 'thresholds-not-rising',
      errors: [{ path: 'policy.thresholds.b' }],
    });
    expect((await post({ asOf: '2001-01-01' })).body.rule).toBe('no-customers');
    expect((await post({ asOf: 'yesterday' })).body.errors[0].path).toBe('asOf');
    expect((await post({ weight: 1 })).body.errors[0].path).toBe('weight');
    expect((await service.get(`/segmentations/${v7()}`)).status).toBe(404);
    expect((await service.get('/segmentations/what-if?thresholdsOf=luck')).status).toBe(400);
    expect((await service.get('/segmentations/what-if?a=0.9&b=0.1')).status).toBe(400);
    expect((await service.get('/value/what-if')).body.errors[0].path).toBe('moreAMonth');
  });

  it('is tried out without being recorded', async () => {
    const tried = await service.get('/segmentations/what-if?a=1&b=1&c=1&visitsA=2');
    expect(tried.body.data.segments).toContainEqual(
      expect.objectContaining({ segment: 'A', tried: { customers: 3, revenue: 120_000, visitsAYear: 6 } }),
    );
    expect((await service.get('/value/what-if?moreAMonth=1000')).body.data).toMatchObject({
      customers: 3,
      extraRevenue: 36_000,
      extraContribution: null,
    });
  });
});
