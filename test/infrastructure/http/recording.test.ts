import { v7 } from 'uuid';
import { remove, type TestService, testService } from '../../support/service.js';

const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

describe('Recording over HTTP', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await testService();
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  it('answers with the id, the event, the revision and the position', async () => {
    const answer = await service.post('/customers', { name: 'Drukkerij De Gans', country: 'NL' });

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: uuid,
      eventId: uuid,
      revision: '0',
      position: expect.stringMatching(`^${service.engine.log.id}-\\d+$`),
    });
  });

  it('of the same id and content again changes nothing and gives the same answer', async () => {
    const customer = await service.customer();
    const visit = { id: v7(), occurredAt: '2026-03-02T10:30:00+01:00', notes: 'Good talk', heldBy: ['anna'] };

    const first = await service.post(`/customers/${customer}/visits`, visit);
    const again = await service.post(`/customers/${customer}/visits`, visit);
    const elsewhere = await service.post(`/customers/${customer}/visits`, {
      ...visit,
      occurredAt: '2026-03-02T09:30:00Z',
    });

    expect(first.status).toBe(201);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect(elsewhere.status).toBe(200);
  });

  it('of the same id with other content is a conflict', async () => {
    const customer = await service.customer();
    const id = v7();
    await service.record(`/customers/${customer}/visits`, { id, notes: 'Good talk' });

    const answer = await service.post(`/customers/${customer}/visits`, { id, notes: 'Bad talk' });

    expect(answer.status).toBe(409);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ type: 'urn:klantwaarde:problem:conflict', status: 409 });
  });

  it('for an unknown customer is refused', async () => {
    const answer = await service.post(`/customers/${v7()}/visits`, { notes: 'Good talk' });

    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ type: 'urn:klantwaarde:problem:not-found', status: 404 });
  });

  it('against a rule is refused with the name of the rule', async () => {
    const customer = await service.customer();

    const answer = await service.post(`/customers/${customer}/visits`, { occurredAt: '2999-01-01T00:00:00Z' });

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      type: 'urn:klantwaarde:problem:refused',
      status: 422,
      rule: expect.stringMatching(/^[a-z]+(-[a-z]+)*$/),
      detail: expect.any(String),
    });
  });

  it('of a visit with a promise and a wallet estimate records all of them or nothing', async () => {
    const customer = await service.customer();
    const visit = { promises: [{ what: 'Send samples' }], wallet: { category: 'gifts', annualSpend: 100_000 } };

    await service.record(`/customers/${customer}/visits`, visit);
    const refused = await service.post(`/customers/${customer}/visits`, {
      ...visit,
      occurredAt: '2999-01-01T00:00:00Z',
    });

    expect(refused.status).toBe(422);
    const events = await service.events(`&customer=${customer}`);
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      'CustomerRegistered',
      'VisitLogged',
      'PromiseMade',
      'WalletEstimated',
    ]);
  });

  it('tells a program’s own correlation id on, and refuses a broken one', async () => {
    const correlated = await service.post('/customers', { name: 'A' }, { 'x-correlation-id': 'run-7' });
    const broken = await service.post('/customers', { name: 'A' }, { 'x-correlation-id': 'two words' });

    const events = await service.events(`&customer=${correlated.body.id}`);
    expect(events[0]).toMatchObject({ correlationid: 'run-7', actor: 'local', origin: 'api' });
    expect(broken.status).toBe(400);
  });

  it('of one mailing to many customers is answered per item', async () => {
    const [first, second] = [await service.customer(), await service.customer()];
    const id = v7();
    await service.record(`/customers/${second}/interactions`, { id, channel: 'newsletter' });
    const item = (customerId: string, more = {}) => ({ customerId, channel: 'newsletter', ...more });

    const answer = await service.post('/interactions', {
      items: [item(first), item(v7()), item(second, { id }), item(second, { id, notes: 'other' }), item(first)],
    });

    expect(answer.status).toBe(200);
    expect(answer.body.items.map(({ status }: { status: number }) => status)).toEqual([201, 404, 200, 409, 201]);
    expect(answer.body.items[0].recorded).toEqual({
      id: uuid,
      eventId: uuid,
      revision: '1',
      position: expect.any(String),
    });
    expect(answer.body.items[1].problem).toMatchObject({ status: 404 });
    expect(answer.body.items[2].recorded.id).toBe(id);
    expect(answer.body.items[4].recorded.revision).toBe('2');
  });

  it('of more items than fit at once is refused as a whole', async () => {
    const items = Array.from({ length: 2_001 }, () => ({ customerId: v7(), channel: 'newsletter' }));

    const answer = await service.post('/interactions', { items });

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ path: 'items', message: 'must hold at most 2000 items' }]);
  });

  it('goes through a whole relationship', async () => {
    await service.record('/reps', { repId: 'anna', name: 'Anna de Wit', email: 'anna@example.com' });
    const customer = await service.customer('Bakkerij Zonneveld', { externalIds: [{ source: 'erp', key: '7' }] });
    const at = `/customers/${customer}`;
    const friend = await service.customer('Slagerij Stam', { referredBy: customer });

    await service.record(`${at}/details`, { postcode: '3511 LX' });
    await service.record(`${at}/profile-notes`, {
      needs: [{ need: 'Gifts for the open day', arisesOn: '2026-05-01' }],
    });
    const person = await service.record(`${at}/contact-persons`, { name: 'Sanne Visser', layer: 'tactical' });
    await service.record(`${at}/contact-persons/${person.id}/role`, { layer: 'strategic' });
    await service.record(`${at}/contact-persons/${person.id}/consent`, { channel: 'newsletter', granted: true });
    await service.record(`${at}/account-team`, { repId: 'anna', role: 'accountManager', validFrom: '2026-01-01' });
    const planned = await service.record(`${at}/planned-visits`, {
      repId: 'anna',
      window: { from: '2026-03-01', to: '2026-03-14' },
    });
    await service.record(`${at}/planned-visits/${planned.id}/rescheduling`, {
      window: { from: '2026-03-08', to: '2026-03-21' },
    });
    const visit = await service.record(`${at}/visits`, {
      visitId: planned.id,
      heldBy: ['anna'],
      contactPersons: [{ id: person.id }],
      notes: 'Good talk',
    });
    const promise = await service.record(`${at}/promises`, { what: 'Send samples', owner: 'anna' });
    await service.record(`${at}/promises/${promise.id}/kept`, {});
    const broken = await service.record(`${at}/promises`, { what: 'Call back' });
    await service.record(`${at}/promises/${broken.id}/broken`, { reason: 'Forgot' });
    const line = {
      sku: 'NB-A5',
      productGroup: 'notebooks',
      quantity: 25,
      listPrice: '4.95',
      discountRate: 0.1,
      net: 11_138,
    };
    const order = await service.record(`${at}/orders`, {
      placedAt: '2026-03-02T09:30:00Z',
      soldBy: 'anna',
      currency: 'EUR',
      lines: [line],
    });
    const o = `${at}/orders/${order.id}`;
    await service.record(`${o}/delivery`, { deliveredOn: '2026-03-05' });
    await service.record(`${o}/payment`, { paidOn: '2026-03-30', amount: 11_138 });
    await service.record(`${o}/returns`, { lines: [{ sku: 'NB-A5', line: 1, quantity: '5', net: 2_228 }] });
    const tooMuch = await service.post(`${o}/returns`, {
      lines: [{ sku: 'NB-A5', line: 1, quantity: '21', net: 9_356 }],
    });
    const cancelled = await service.record(`${at}/orders`, { currency: 'EUR', lines: [line] });
    await service.record(`${at}/orders/${cancelled.id}/cancellation`, { reason: 'Called off' });
    const discount = await service.record(`${at}/discount-agreements`, {
      scope: { kind: 'productGroup', productGroup: 'notebooks' },
      rate: '0.1',
      validFrom: '2026-01-01',
      agreedWith: person.id,
      agreedBy: 'anna',
    });
    await service.record(`${at}/discount-agreements/${discount.id}/end`, { endsOn: '2026-07-01' });
    const terms = await service.record(`${at}/payment-terms`, { days: 30, validFrom: '2026-01-01' });
    await service.record(`${at}/payment-terms/${terms.id}/end`, { endsOn: '2026-07-01' });
    const referral = await service.record(`${at}/referrals`, { prospect: { name: 'Slagerij Stam' } });
    await service.record(`${at}/referrals/${referral.id}/conversion`, {
      newCustomerId: friend,
      wouldHaveComeAnyway: false,
    });
    const scheme = await service.put(`${at}/contact-scheme`, {
      lines: [{ ourRole: 'accountManager', theirLayer: 'strategic', channel: 'visit', timesPerYear: 10 }],
      reason: 'Wants to be seen',
    });
    await service.record(`${at}/events/${visit.eventId}/retraction`, { reason: 'Was elsewhere' });
    await service.record(`${at}/contact-persons/${person.id}/departure`, {});
    await service.record(`${at}/account-team/departure`, { repId: 'anna', role: 'accountManager' });
    await service.record(`${at}/end`, { initiator: 'them', reason: 'Closed' });
    const late = await service.post(`${at}/visits`, { notes: 'Too late' });
    await service.record(`${at}/reactivation`, {});
    await service.record(`/customers/${friend}/merge`, { mergedIds: [await service.customer('Slagerij Stam BV')] });
    await service.record(`/customers/${friend}/take-over`, { by: customer, validFrom: '2026-04-01' });
    await service.record('/reps/anna/departure', { leftOn: '2026-12-31' });
    const policies = [
      await service.put('/policies/visit-frequency', {
        segments: [{ segment: 'A', lines: [{ ourRole: 'accountManager', channel: 'visit', timesPerYear: 10 }] }],
      }),
      await service.put('/policies/exchange-rates', { rates: [{ from: 'USD', to: 'EUR', rate: 0.8571 }] }),
      await service.put('/policies/value', { thresholds: { a: '0.01', b: '0.05', c: '0.2' } }),
    ];

    expect(tooMuch.status).toBe(422);
    expect(late.status).toBe(422);
    expect(scheme.status).toBe(201);
    expect(policies.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  it('corrects what was recorded, keeping both', async () => {
    const customer = await service.customer();
    const order = await service.record(`/customers/${customer}/orders`, {
      placedAt: '2026-03-02T09:30:00Z',
      currency: 'EUR',
      lines: [{ sku: 'NB-A5', quantity: '25', net: 11_138 }],
    });
    const events = await service.events(`&customer=${customer}&types=OrderPlaced`);
    const data = { ...events[0].data, lines: [{ ...events[0].data.lines[0], net: 11_318 }] };

    const correction = await service.post(`/customers/${customer}/events/${order.eventId}/correction`, {
      replacement: { occurredAt: '2026-03-03T08:00:00Z', data },
      reason: 'Two digits swapped',
    });

    expect(correction.status).toBe(201);
    const all = await service.events(`&customer=${customer}`);
    expect(all.map(({ type }: { type: string }) => type)).toEqual([
      'CustomerRegistered',
      'OrderPlaced',
      'EventCorrected',
    ]);
    expect(all[2].data).toMatchObject({
      targetEventId: order.eventId,
      replacement: { type: 'OrderPlaced', occurredAt: '2026-03-03T08:00:00.000Z', data: { lines: [{ net: 11_318 }] } },
      reason: 'Two digits swapped',
    });
  });

  it('of content that no event could hold is refused with the field', async () => {
    const customer = await service.customer();
    const agreement = { scope: { kind: 'productGroup' }, rate: '0.1', validFrom: '2026-01-01' };

    const answer = await service.post(`/customers/${customer}/discount-agreements`, agreement);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ path: expect.stringContaining('scope'), message: expect.any(String) }]);
  });
});
