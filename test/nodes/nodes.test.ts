import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { chainHash } from '../../src/application/chain.js';
import { parsePosition } from '../../src/application/ports/position.js';
import { readStored, type StoredEvent } from '../../src/application/stored-event.js';
import { EsdbEventLog } from '../../src/infrastructure/esdb/esdb-event-log.js';
import { type EventStoreUnderTest, eventStore, hasRealServer } from '../support/event-store/any.js';
import { startEventStoreProcess } from '../support/event-store/own-process.js';
import type { Answer } from '../support/service.js';
import { Node } from './node.js';

const PATIENCE_MS = 300_000;

let store: EventStoreUnderTest;
let env: Record<string, string>;
/** The log as nobody of the nodes sees it. */
let log: EsdbEventLog;
let nodes: [Node, Node, Node];
const more: Node[] = [];

beforeAll(async () => {
  // The double has a process of its own: this one would be busy with it alone.
  const double = hasRealServer ? undefined : await startEventStoreProcess();
  store = double ? { url: double.url, prefix: '', close: () => double.close() } : await eventStore();
  env = {
    KLANTWAARDE_LOG: store.url,
    KLANTWAARDE_LOG_PREFIX: store.prefix,
    KLANTWAARDE_MASTER_KEY: randomBytes(32).toString('base64'),
  };
  // All at once, on a log that does not exist yet.
  nodes = await Promise.all([Node.start(env), Node.start(env), Node.start(env)]);
  await Promise.all(nodes.map((node) => node.ready()));
  log = await EsdbEventLog.open({ connectionString: store.url, prefix: store.prefix });
}, PATIENCE_MS);
afterAll(async () => {
  await Promise.all([...(nodes ?? []), ...more].map((node) => node.stop()));
  await log?.close();
  await store?.close();
}, PATIENCE_MS);

async function stored(customer: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  let previous: string | undefined;
  for await (const recorded of log.read(`customer-${customer}`)) {
    const event = readStored(recorded);
    expect(event.metadata.previousHash).toBe(previous);
    previous = chainHash(recorded);
    events.push(event);
  }
  return events;
}

/** What each node answers, asked for the same two dates once all of them know of everything up to a position. */
async function answers(path: string, position: string): Promise<unknown[]> {
  const asOf = new Date().toISOString();
  const query = `${path.includes('?') ? '&' : '?'}asOf=${asOf}&knownAt=${position}`;
  const all = await Promise.all(nodes.map(({ at }) => at.get(path + query)));
  return all.map(({ status, body }) => ({ status, body }));
}

const statuses = (all: readonly Answer[]) => all.map(({ status }) => status).sort();
const visits = (at: string) => `/customers/${at}/visits`;

describe('Several nodes on one log', () => {
  it('have one company and one log', async () => {
    const all = await Promise.all(nodes.map(({ at }) => at.get('/status')));
    expect(new Set(all.map(({ body }) => body.log.id)).size).toBe(1);
    for (const { body } of all) expect(body).toMatchObject({ timeZone: 'Europe/Amsterdam', currency: 'EUR' });
  });

  it('see at once what was recorded on one of them, sealed texts included', async () => {
    const [first, ...others] = nodes;
    const customer = await first.at.customer('Drukkerij De Gans');
    const { position, eventId } = await first.at.record(visits(customer), { heldBy: ['anna'], notes: 'Spoke of pens' });
    for (const { at } of others) {
      const { status, body } = await at.get(`/customers/${customer}/timeline?atLeast=${position}`);
      expect([status, body.data.items[0]]).toMatchObject([200, { eventId, data: { notes: 'Spoke of pens' } }]);
    }
  });

  it('record on the same customer at the same time, in one order, nothing lost and nothing doubled', async () => {
    const customer = await nodes[0].at.customer('Bakkerij Stam');
    const told = Array.from({ length: 45 }, (_, n) => ({ id: randomUUID(), durationMinutes: n + 1 }));
    const acknowledged = await Promise.all(
      told.map((visit, n) => (nodes[n % nodes.length] as Node).at.record(visits(customer), visit)),
    );

    const events = await stored(customer);
    expect(events).toHaveLength(1 + told.length);
    for (const answer of acknowledged) {
      const event = events[Number(answer.revision)];
      expect(answer).toEqual({
        id: event?.metadata.requestId,
        eventId: event?.id,
        revision: String(event?.revision),
        position: `${log.id}-${event?.position}`,
      });
    }
    const last = `${log.id}-${events.at(-1)?.position}`;
    const [one, ...rest] = await answers(`/customers/${customer}/timeline?limit=100`, last);
    expect((one as { body: { data: { items: unknown[] } } }).body.data.items).toHaveLength(1 + told.length);
    for (const other of rest) expect(other).toEqual(one);
  });

  it('give the same request that comes to all of them at once one answer, and record it once', async () => {
    const customer = await nodes[0].at.customer('Slagerij Blom');
    const visit = { id: randomUUID(), heldBy: ['anna'], promises: [{ what: 'Send samples' }] };
    const all = await Promise.all(nodes.map(({ at }) => at.post(visits(customer), visit)));
    expect(statuses(all)).toEqual([200, 200, 201]);
    for (const { body } of all) expect(body).toEqual(all[0]?.body);
    expect((await stored(customer)).map(({ type }) => type)).toEqual([
      'CustomerRegistered',
      'VisitLogged',
      'PromiseMade',
    ]);

    const other = await Promise.all(nodes.map(({ at }) => at.post(visits(customer), { ...visit, heldBy: ['bram'] })));
    expect(statuses(other)).toEqual([409, 409, 409]);
  });

  it('let one customer have an outside key that all of them register at once', async () => {
    const keys = Array.from({ length: 6 }, (_, n) => ({ source: 'erp', key: `${n}` }));
    const all = await Promise.all(
      keys.map((key) =>
        Promise.all(
          nodes.map(({ at }, n) =>
            at.post('/customers', { id: randomUUID(), name: `Customer ${n}`, externalIds: [key] }),
          ),
        ),
      ),
    );
    for (const each of all) {
      expect(statuses(each)).toEqual([201, 422, 422]);
      for (const { status, body } of each) if (status === 422) expect(body.rule).toBe('external-id-taken');
    }
  });

  it('never make a customer part of itself, though each of them closes a side of the circle', async () => {
    const [a, b, c] = await Promise.all(nodes.map(({ at }) => at.customer()));
    const all = await Promise.all([
      nodes[0].at.post(`/customers/${a}/merge`, { mergedIds: [b] }),
      nodes[1].at.post(`/customers/${b}/merge`, { mergedIds: [c] }),
      nodes[2].at.post(`/customers/${c}/take-over`, { by: a, validFrom: '2026-01-01' }),
      nodes[2].at.post(`/customers/${a}/take-over`, { by: c, validFrom: '2026-01-01' }),
    ]);
    // b in a, c in b and a in c can't all be; c in a, in the end, agrees with the first two.
    expect(statuses(all)).toContain(422);
    const into = new Map<string, string[]>();
    const add = (part: string, whole: string) => into.set(part, [...(into.get(part) ?? []), whole]);
    for (const id of [a, b, c] as string[]) {
      for (const { type, data } of await stored(id)) {
        if (type === 'CustomersMerged')
          for (const merged of (data as { mergedIds: string[] }).mergedIds) add(merged, id);
        if (type === 'CustomerTakenOver') add(id, (data as { by: string }).by);
      }
    }
    for (const id of [a, b, c] as string[]) {
      const wholes = new Set<string>();
      for (const next = [...(into.get(id) ?? [])]; next.length > 0; ) {
        const whole = next.pop() as string;
        if (!wholes.has(whole)) next.push(...(into.get(whole) ?? []));
        wholes.add(whole);
      }
      expect(wholes).not.toContain(id);
    }
  });

  it('ask for an order’s evaluation once, not once each', async () => {
    const customer = await nodes[0].at.customer('Kapsalon Lot');
    const line = { sku: 'PEN', quantity: '10', net: 1_000 };
    const orders = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((n) =>
        (nodes[n % 3] as Node).at.record(`/customers/${customer}/orders`, { currency: 'EUR', lines: [line] }),
      ),
    );
    const deliveredOn = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Amsterdam' }).format(new Date());
    const delivered = await Promise.all(
      orders.map(({ id }, n) =>
        (nodes[n % 3] as Node).at.record(`/customers/${customer}/orders/${id}/delivery`, { deliveredOn }),
      ),
    );
    const positions = delivered.map(({ position }) => position).sort((x, y) => Number(at(x) - at(y)));
    await Promise.all(nodes.map((node) => node.handled(positions.at(-1) as string)));

    const asked = (await stored(customer)).filter(({ type }) => type === 'EvaluationRequested');
    expect(asked.map(({ data }) => (data as { orderId: string }).orderId).sort()).toEqual(
      orders.map(({ id }) => id).sort(),
    );
    // One of them did it, for the others it was there already: no rule had to keep them from it.
    const figures = await Promise.all(nodes.map(async ({ at }) => (await at.get('/metrics')).body as string));
    const total = (how: string) =>
      figures.reduce((sum, text) => sum + Number(new RegExp(`_reactions_${how} (\\d+)`).exec(text)?.[1]), 0);
    expect({ recorded: total('recorded'), repeated: total('repeated'), refused: total('refused') }).toEqual({
      recorded: orders.length,
      repeated: orders.length * (nodes.length - 1),
      refused: 0,
    });
  });

  it(
    'lose nothing that was acknowledged when one of them is killed; it resumes where it was',
    async () => {
      const [survivor, victim] = nodes;
      const customers = await Promise.all([0, 1, 2, 3].map(() => survivor.at.customer('Hotel De Kroon')));
      const { generation } = (await victim.at.get('/status')).body.readSide;
      const acknowledged: { customer: string; id: string; eventId: string }[] = [];
      let isDead = false;
      const tellAll = async (customer: string): Promise<void> => {
        for (let n = 0; n < 30; n++) {
          const visit = { id: randomUUID(), durationMinutes: n + 1 };
          for (const { at } of isDead ? [survivor] : [victim, survivor]) {
            // A call that broke off may have been recorded: it is told again elsewhere, with the same id.
            const answer = await at.post(visits(customer), visit).catch(() => undefined);
            if (!answer) continue;
            expect([200, 201]).toContain(answer.status);
            acknowledged.push({ customer, ...answer.body });
            break;
          }
        }
      };
      const telling = Promise.all(customers.map(tellAll));
      while (acknowledged.length < 30) await pause(5);
      await victim.kill();
      isDead = true;
      await telling;
      expect(acknowledged).toHaveLength(120);

      await victim.start();
      await victim.ready();
      expect((await victim.at.get('/status')).body.readSide).toMatchObject({ generation, building: null });
      for (const customer of customers) {
        const events = await stored(customer);
        const told = acknowledged.filter((answer) => answer.customer === customer);
        expect(
          events
            .map(({ id }) => id)
            .slice(1)
            .sort(),
        ).toEqual(told.map(({ eventId }) => eventId).sort());
        const [one, ...rest] = await answers(
          `/customers/${customer}/timeline?limit=100`,
          `${log.id}-${events.at(-1)?.position}`,
        );
        expect((one as { body: { data: { items: unknown[] } } }).body.data.items).toHaveLength(31);
        for (const other of rest) expect(other).toEqual(one);
      }
    },
    PATIENCE_MS,
  );

  it(
    'are joined by a new one, which builds its own read side and says so until it is ready',
    async () => {
      await tellMuch();
      const { position } = (await nodes[0].at.get('/status')).body.log;
      const joining = await Node.start(env);
      more.push(joining);
      const seen: Answer[] = [];
      for (let answer = await joining.at.get('/health/ready'); ; answer = await joining.at.get('/health/ready')) {
        seen.push(answer);
        if (answer.status === 200) break;
      }
      expect(seen[0]?.status).toBe(503);
      expect(seen.map(({ body }) => body.detail).join()).toMatch(/is being built: \d+%/);

      const question = `/value?asOf=2026-06-01&knownAt=${position}`;
      const [old, fresh] = await Promise.all([nodes[0].at.get(question), joining.at.get(question)]);
      expect(old.status).toBe(200);
      expect(fresh.body).toEqual(old.body);
      expect((await joining.at.get(`/events?limit=100&atLeast=${position}`)).body.data).toEqual(
        (await nodes[0].at.get(`/events?limit=100&atLeast=${position}`)).body.data,
      );
    },
    PATIENCE_MS,
  );
});

const at = (position: string) => parsePosition(log.id, position);

/** So many events that a read side takes a moment to build: visits of long ago, as an import would have told of them. */
async function tellMuch(): Promise<void> {
  for (let part = 0; part < 6; part++) {
    let previous: string | undefined;
    const stream = `customer-${randomUUID()}`;
    const events = Array.from({ length: 250 }, (_, n) => {
      const id = randomUUID();
      const event = {
        id,
        type: 'OrderPlaced',
        data: JSON.stringify({ orderId: id, currency: 'EUR', lines: [{ sku: `SKU-${n}`, quantity: '1', net: n }] }),
        metadata: JSON.stringify({
          schemaVersion: 1,
          occurredAt: `2026-0${1 + (n % 5)}-01T09:00:00.000Z`,
          actor: 'local',
          source: 'import',
          requestId: id,
          requestHash: 'hash',
          previousHash: previous,
        }),
      };
      previous = chainHash({ ...event, stream, revision: BigInt(n) });
      return event;
    });
    await log.append(stream, events, 'none');
  }
}
