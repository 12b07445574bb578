import { setTimeout as pause } from 'node:timers/promises';
import { type Caller, remove, type TestService, temporaryFolder, testService } from '../../support/service.js';

describe('Asking customers for their opinion', () => {
  let folder: string;
  let service: TestService;

  beforeAll(async () => {
    folder = await temporaryFolder();
    service = await testService({ folder });
  });
  afterAll(async () => {
    await service.close();
    await remove(folder);
  });

  const order = async (customer: string) => {
    const line = { sku: 'NB-A5', quantity: '25', net: 11_138 };
    return (await service.record(`/customers/${customer}/orders`, { currency: 'EUR', lines: [line] })).id;
  };
  const deliver = async (customer: string, id: string) => {
    const deliveredOn = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Amsterdam' }).format(new Date());
    return service.record(`/customers/${customer}/orders/${id}/delivery`, { deliveredOn });
  };
  /** Entries of the timeline's kind `satisfaction`, once there are any. */
  const asked = async (at: Caller, customer: string, query = '') => {
    for (;;) {
      const { status, body } = await at.get(`/customers/${customer}/timeline?kind=satisfaction${query}`);
      // The read side may not even know the customer yet.
      if (status !== 200 && status !== 404) throw new Error(JSON.stringify(body));
      if (body.data?.items.length > 0) return body.data.items;
      await pause(20);
    }
  };

  it('is done by itself when an order was delivered in full, and shows on the timeline', async () => {
    const customer = await service.customer();
    const person = await service.record(`/customers/${customer}/contact-persons`, {
      name: 'Marie Jansen',
      layer: 'tactical',
    });
    await service.record(`/customers/${customer}/contact-persons/${person.id}/consent`, {
      channel: 'evaluation',
      granted: true,
    });
    const orderId = await order(customer);
    const delivery = await deliver(customer, orderId);

    const [entry, ...more] = await asked(service, customer, `&order=${orderId}&person=${person.id}`);

    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      type: 'EvaluationRequested',
      actor: 'process manager',
      source: 'system',
      data: { instrument: 'orderEvaluation', orderId, to: person.id },
    });
    const told = (await service.events(`&customer=${customer}&types=EvaluationRequested`))[0];
    expect(told.causationid).toBe(delivery.eventId);
    expect((await service.get('/metrics')).body).toContain('klantwaarde_process_reactions_recorded 1');
  });

  it('is done by hand, with an id of one’s own and as often as one likes', async () => {
    const customer = await service.customer();
    const at = `/customers/${customer}/evaluation-requests`;
    const request = { id: '00000000-0000-4000-8000-0000000000e1', instrument: 'survey' };

    const first = await service.post(at, request);
    const again = await service.post(at, request);
    const other = await service.post(at, { instrument: 'survey' });
    const without = await service.post(at, { instrument: 'orderEvaluation' });
    const unknown = await service.post(at, { instrument: 'horoscope' });

    expect([first.status, again.status, other.status]).toEqual([201, 200, 201]);
    expect(again.body).toEqual(first.body);
    expect([without.status, without.body.rule]).toEqual([422, 'order-needed']);
    expect(unknown.status).toBe(400);
  });

  it('is not done a second time after a restart', async () => {
    const customer = await service.customer();
    const orderId = await order(customer);
    await deliver(customer, orderId);
    await asked(service, customer);

    await service.close();
    service = await testService({ folder });
    const managers = service.engine.processManagers;
    const { position } = await service.engine.log.head();
    while (managers?.position() !== position) await pause(20);

    expect(managers?.counts()).toEqual({ recorded: 0, repeated: 0, conflicting: 0, refused: 0 });
    expect(await service.events(`&customer=${customer}&types=EvaluationRequested`)).toHaveLength(1);
  });
});
