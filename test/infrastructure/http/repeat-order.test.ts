import { v7 } from 'uuid';
import { remove, type TestService, testService } from '../../support/service.js';

describe('Repeat orders over HTTP', () => {
  let service: TestService;
  let customer: string;
  let first: { id: string; eventId: string; position: string };
  beforeAll(async () => {
    service = await testService();
    customer = await service.customer();
    first = await service.record(`/customers/${customer}/orders`, {
      placedAt: '2026-02-01T10:00:00Z',
      currency: 'EUR',
      lines: [
        { sku: 'PEN', productGroup: 'pens', quantity: 10, listPrice: 5, net: 5_000, specification: 'with logo' },
        { sku: 'MUG', quantity: 4, listPrice: 2.5, net: 1_000 },
      ],
    });
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  const agree = (rate: string, validFrom: string, validTo: string) =>
    service.record(`/customers/${customer}/discount-agreements`, { scope: { kind: 'all' }, rate, validFrom, validTo });

  it('are placed by one call, once for each id, whatever is agreed, ordered or cancelled later', async () => {
    await agree('0.1', '2026-02-01', '2026-02-10');
    const path = `/customers/${customer}/orders/repeat`;
    const content = { id: v7(), placedAt: '2026-02-05T10:00:00Z', quantities: [{ line: 2, quantity: 0 }] };
    const placed = await service.post(path, content);
    expect(placed).toMatchObject({
      status: 201,
      body: {
        id: content.id,
        order: {
          currency: 'EUR',
          lines: [{ sku: 'PEN', quantity: '10', discountRate: '0.1', net: 4_500, specification: 'with logo' }],
        },
      },
    });
    // The same call would make another order by now.
    await service.record(`/customers/${customer}/orders/${first.id}/cancellation`, {
      occurredAt: '2026-02-02T10:00:00Z',
    });
    const agreed = await agree('0.3', '2026-02-11', '2026-03-01');
    expect(await service.post(path, content)).toMatchObject({ status: 200, body: placed.body });
    expect(await service.post(path, { ...content, atLeast: agreed.position })).toMatchObject({ status: 200 });
    expect(await service.post(path, { ...content, quantities: [] })).toMatchObject({ status: 409 });
    expect(await service.post(`/customers/${customer}/orders`, { ...placed.body.order, id: content.id })).toMatchObject(
      {
        status: 409,
      },
    );
    // The next one repeats the repeat, under what is agreed by then.
    const next = await service.post(path, { of: content.id, placedAt: '2026-02-15T10:00:00Z', soldBy: 'anna' });
    expect(next).toMatchObject({
      status: 201,
      body: { order: { soldBy: 'anna', lines: [{ sku: 'PEN', discountRate: '0.3', net: 3_500 }] } },
    });
    const { body } = await service.get(`/events?customer=${customer}&types=OrderPlaced&atLeast=${next.body.position}`);
    const causes = body.data.events.map((event: { causationid?: string }) => event.causationid);
    expect(causes).toEqual([undefined, first.eventId, placed.body.eventId]);
  });

  it('are shown before they are placed, ready to be posted', async () => {
    const asked = `/customers/${customer}/repeat-order?quantities=1:3&asOf=2026-02-06`;
    const { status, body } = await service.get(asked);
    expect(status).toBe(200);
    expect(body.data.order.lines).toMatchObject([{ sku: 'PEN', quantity: '3', discountRate: '0.1', net: 1_350 }]);
    expect(await service.post(`/customers/${customer}/orders`, body.data.order)).toMatchObject({ status: 201 });
  });

  it.each([
    ['?quantities=1', 400, 'quantities[0]'],
    ['?quantities=9:1', 400, 'quantities'],
    ['?colour=red', 400, 'colour'],
    ['?orderId=7', 400, 'orderId'],
    ['?sku=unheard', 404, undefined],
  ])('refuse %s with %d', async (query, status, path) => {
    const answer = await service.get(`/customers/${customer}/repeat-order${query}`);
    expect([answer.status, answer.body.errors?.[0].path]).toEqual([status, path]);
  });

  it.each([
    [{ of: v7() }, 404, undefined],
    [{ sku: 'unheard' }, 404, undefined],
    [{ quantities: [{ line: 1, quantity: -1 }] }, 400, 'quantities[0].quantity'],
    [{ quantities: [{ line: 70, quantity: 1 }] }, 400, 'quantities'],
    [{ quantities: [{ line: 1, quantity: 0 }] }, 422, 'quantities'],
    [{ lines: [] }, 400, 'lines'],
    [{ atLeast: 'nowhere-7' }, 400, 'atLeast'],
    [{ placedAt: '2199-01-01T00:00:00Z' }, 422, 'placedAt'],
  ])('are not placed from %j', async (content, status, path) => {
    const answer = await service.post(`/customers/${customer}/orders/repeat`, content);
    expect([answer.status, answer.body.errors?.[0].path]).toEqual([status, path]);
  });
});
