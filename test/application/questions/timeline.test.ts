import { changes } from '../../../src/application/questions/changes.js';
import { events } from '../../../src/application/questions/events.js';
import { timeline } from '../../../src/application/questions/timeline.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

afterAll(closeAll);

const order = { ...tell.ordered(1, 10, '2025-01-10', 1_000), id: uuid(901), actor: 'erp' };
const phoned = {
  ...tell.event(1, 'InteractionLogged', '2025-02-01', {
    interactionId: uuid(52),
    channel: 'phone',
    direction: 'inbound',
    heldBy: ['r9'],
    contactPersons: [{ id: uuid(31) }],
    orderIds: [uuid(10)],
    countsTowardScheme: true,
    notes: 'over de levering',
  }),
  id: uuid(902),
};
const visit = {
  ...tell.event(1, 'VisitLogged', '2025-03-01', {
    visitId: uuid(51),
    heldBy: ['r1'],
    contactPersons: [],
    orderIds: [],
    topics: [],
  }),
  id: uuid(903),
  recordedAt: '2025-03-03',
};

let company: Asking;
beforeAll(async () => {
  company = await givenEvents(
    tell.registered(1, '2024-01-01'),
    order,
    phoned,
    {
      ...tell.event(1, 'WalletEstimated', '2025-02-01', { category: 'x', annualSpend: 5, currency: 'EUR' }),
      id: uuid(904),
    },
    visit,
    { ...tell.corrected(order, { lines: [{ sku: 'pen', quantity: '1', net: 900 }] }, '2025-04-01'), id: uuid(905) },
    tell.retracted(phoned, '2025-04-02', 'verkeerde klant'),
    { ...tell.ordered(1, 11, '2025-02-15', 700), recordedAt: '2025-04-03', id: uuid(906) },
    tell.event(1, 'DiscountAgreed', '2025-04-04', {
      agreementId: uuid(41),
      scope: { kind: 'all' },
      rate: '0.05',
      validFrom: '2025-04-04',
    }),
    tell.event(1, 'PromiseMade', '2025-04-05', { promiseId: uuid(61), what: 'monsters' }, { actor: 'r1' }),
    tell.event(1, 'CustomerProfileNoted', '2025-04-06', { competitors: ['De Zwaan'] }, { actor: 'r9' }),
  );
});

describe('the timeline', () => {
  it('is newest first by what happened, ties by position, with what was corrected and withdrawn still there', async () => {
    const { items, customerId } = await company.ask(timeline, { customerId: uuid(1) });
    expect(customerId).toBe(uuid(1));
    expect(items.map(({ type, occurredAt, effective }) => [type, occurredAt.slice(0, 10), effective])).toEqual([
      ['CustomerProfileNoted', '2025-04-06', true],
      ['PromiseMade', '2025-04-05', true],
      ['DiscountAgreed', '2025-04-04', true],
      ['VisitLogged', '2025-03-01', true],
      ['OrderPlaced', '2025-02-15', true],
      ['WalletEstimated', '2025-02-01', true],
      ['InteractionLogged', '2025-02-01', false],
      ['OrderPlaced', '2025-01-10', true],
      ['OrderPlaced', '2025-01-10', false],
      ['CustomerRegistered', '2024-01-01', true],
    ]);
  });

  it('says who corrected what, when and why', async () => {
    const { items } = await company.ask(timeline, { customerId: uuid(1), orderId: uuid(10), kind: 'order' });
    expect(items).toMatchObject([
      {
        eventId: uuid(905),
        kind: 'order',
        data: { lines: [{ net: 900 }] },
        corrects: { eventId: uuid(901), reason: 'a typing error' },
      },
      {
        eventId: uuid(901),
        actor: 'erp',
        recordedAt: '2025-01-10T12:00:00.000Z',
        data: { lines: [{ net: 1_000 }] },
        superseded: {
          how: 'corrected',
          eventId: uuid(905),
          recordedAt: '2025-04-01T12:00:00.000Z',
          actor: 'local',
          reason: 'a typing error',
        },
      },
    ]);
  });

  it('showed what was withdrawn as it was before that was known', async () => {
    const withdrawn = await company.ask(timeline, { customerId: uuid(1), kind: 'interaction' });
    expect(withdrawn.items[0]?.superseded).toMatchObject({ how: 'retracted', reason: 'verkeerde klant' });
    const before = await company.ask(timeline, { customerId: uuid(1), kind: 'interaction' }, { knownAt: '2025-04-01' });
    expect(before.items[0]).toMatchObject({ effective: true });
    expect(before.items[0]?.superseded).toBeUndefined();
  });

  it('gathers what was said about an order, and what concerned a person', async () => {
    const types = async (params: object) =>
      (await company.ask(timeline, { customerId: uuid(1), ...params })).items.map(({ type }) => type);
    expect(await types({ orderId: uuid(10) })).toEqual(['InteractionLogged', 'OrderPlaced', 'OrderPlaced']);
    expect(await types({ contactPersonId: uuid(31) })).toEqual(['InteractionLogged']);
    expect(await types({ kind: 'wallet' })).toEqual(['WalletEstimated']);
  });

  it('pages without leaving anything out or showing it twice', async () => {
    const whole = (await company.ask(timeline, { customerId: uuid(1) })).items;
    const paged: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await company.ask(timeline, { customerId: uuid(1), limit: 3, cursor });
      paged.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual(whole);
  });
});

describe('what changed', () => {
  it('since a date is what was recorded from then on, with the value then and now', async () => {
    const told = await company.ask(changes, { customerId: uuid(1), since: '2025-04-01' });
    expect(told.entries.items.map(({ type }) => type)).toEqual([
      'CustomerProfileNoted',
      'PromiseMade',
      'DiscountAgreed',
      'OrderPlaced',
      'OrderPlaced',
    ]);
    expect(told.value).toMatchObject({
      before: { revenue: 1_000, orders: 1 },
      now: { revenue: 1_600, orders: 2 },
      revenueChange: 600,
      ordersChange: 1,
    });
    expect(told.agreements).toMatchObject({ begun: [{ agreementId: uuid(41) }], ended: [], changed: [] });
  });

  it("since a colleague's last visit leaves out that visit and what the colleague found", async () => {
    const told = await company.ask(changes, { customerId: uuid(1), since: 'visit:r1' });
    expect(told.since).toEqual({ at: '2025-03-01T12:00:00.000Z', position: 'test-4', visitId: uuid(51) });
    expect(told.entries.items.map(({ type }) => type)).not.toContain('VisitLogged');
    expect(told.found.map(({ type, actor }) => [type, actor])).toEqual([['CustomerProfileNoted', 'r9']]);
  });

  it('is refused since a visit that was never made, or a date that is not there or to come', async () => {
    const since = (text: string) => company.ask(changes, { customerId: uuid(1), since: text }, { asOf: '2025-05-01' });
    for (const text of ['visit:r7', '2025-02-30', 'yesterday', '2025-06-01']) {
      await expect(since(text)).rejects.toMatchObject({ errors: [{ path: 'since' }] });
    }
  });
});

describe('the audit log', () => {
  it('lists events as they are stored, in the order of the log', async () => {
    const all = await company.ask(events, {});
    expect(all.events.map(({ position }) => position)).toEqual(Array.from({ length: 11 }, (_, n) => `test-${n + 1}`));
    expect(all.events[5]).toMatchObject({
      id: uuid(905),
      type: 'EventCorrected',
      stream: `customer-${uuid(1)}`,
      revision: '5',
      data: { targetEventId: uuid(901), reason: 'a typing error' },
    });
    expect(all.next).toBeUndefined();
  });

  it('goes on after a position, by type and customer', async () => {
    const { events: some, next } = await company.ask(events, { after: 'test-1', limit: 2 });
    expect(some.map(({ position }) => position)).toEqual(['test-2', 'test-3']);
    expect(next).toBe('test-3');
    const corrections = await company.ask(events, { types: ['EventCorrected', 'EventRetracted'], customerId: uuid(1) });
    expect(corrections.events.map(({ type }) => type)).toEqual(['EventCorrected', 'EventRetracted']);
    const orders = await company.ask(events, { types: ['OrderPlaced'] });
    expect(orders.events.map(({ position }) => position)).toEqual(['test-2', 'test-8']);
    await expect(company.ask(events, { after: 'other-1' })).rejects.toMatchObject({ errors: [{ path: 'after' }] });
  });
});
