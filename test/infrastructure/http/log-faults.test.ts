import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import { readStored } from '../../../src/application/stored-event.js';
import type { EventStore } from '../../support/event-store/event-store.js';
import { type TestService, testService } from '../../support/service.js';
import { type OnEventStore, onEventStore, until } from '../../support/service-on-event-store.js';

let house: OnEventStore;
let double: EventStore;
let folder: string;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  house = await onEventStore();
  ({ double, folder, env } = house);
});
afterEach(() => house.close());

describe('A service that loses its log', () => {
  let service: TestService;
  let customer: string;
  // As patient as by default, only for a shorter time.
  const open = () => testService({ folder, env, patience: { open: 4_000, attempt: 700, total: 2_000, quiet: 2_000 } });

  beforeEach(async () => {
    service = await open();
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    customer = await service.customer('Drukkerij De Gans', { occurredAt: daysAgo(60) });
    const person = await service.record(`/customers/${customer}/contact-persons`, { name: 'Marie', layer: 'tactical' });
    await service.put(`/customers/${customer}/contact-scheme`, {
      occurredAt: daysAgo(60),
      lines: [{ ourRole: 'accountManager', theirLayer: 'tactical', channel: 'visit', timesPerYear: 52 }],
      reason: 'The director wants to be seen every week',
    });
    const { position } = await service.record(`/customers/${customer}/visits`, {
      occurredAt: daysAgo(20),
      contactPersons: [{ id: person.id, layer: 'tactical' }],
      heldBy: ['anna'],
      notes: 'Spoke of pens',
    });
    await until(
      () => service.get(`/customers/${customer}/timeline?atLeast=${position}`),
      ({ status }) => status === 200,
    );
  });
  afterEach(async () => {
    double.speak();
    await service.close();
  });

  /** What a rep looks at; it must not need the log. */
  const questions = () => [
    `/customers/${customer}`,
    '/customers',
    '/contacts/next?limit=10',
    `/contacts/why?customer=${customer}`,
    `/customers/${customer}/value`,
    '/pyramid',
    '/agreements',
  ];
  const allAnswer = async (paths: readonly string[]) => {
    const answers = await Promise.all(paths.map(async (path) => [path, (await service.get(path)).status]));
    expect(answers).toEqual(paths.map((path) => [path, 200]));
  };
  const heard = async () => {
    const { body } = await until(
      () => service.get('/status'),
      ({ body: { readSide } }) => readSide.behind === null,
    );
    return body;
  };
  const deaf = async () => {
    const { body } = await until(
      () => service.get('/status'),
      ({ body: { readSide } }) => readSide.behind !== null,
    );
    return body;
  };

  it('goes on answering questions, as before, and says how old the answers are', async () => {
    const asOf = new Date().toISOString();
    const dated = (path: string) => `${path}${path.includes('?') ? '&' : '?'}asOf=${asOf}`;
    const before = await Promise.all(questions().map((path) => service.get(dated(path))));
    expect(before[2]!.body.data.items).toMatchObject([{ state: 'overdue', lastContact: { by: [{ repId: 'anna' }] } }]);

    await double.stop();
    const { readSide, log } = await deaf();

    expect(readSide).toMatchObject({ state: 'live', lag: null, problem: null });
    expect(log).toMatchObject({ kind: 'esdb', address: expect.stringContaining('127.0.0.1'), position: null });
    expect(log.problem).toMatch(/127\.0\.0\.1/);
    for (const [index, path] of questions().entries()) {
      const { status, body } = await service.get(dated(path));
      expect([path, status]).toEqual([path, 200]);
      expect(body.behind).toEqual(readSide.behind);
      expect(Date.parse(body.behind.since)).toBeLessThanOrEqual(Date.now());
      expect(body.data).toEqual(before[index]!.body.data);
      expect(before[index]!.body).not.toHaveProperty('behind');
    }
    // A day that is not over can be asked for; what had been recorded by a moment of the past only the log knows.
    const today = new Date().toISOString().slice(0, 10);
    expect((await service.get(`/customers?knownAt=${today}`)).status).toBe(200);
  });

  it('leaves out the names whose keys lie with the log, and says so rather than passing them off as erased', async () => {
    await service.close();
    service = await open();
    await double.stop();
    await deaf();

    const { status, body } = await service.get('/contacts/next?limit=10');

    expect([status, body.data.items[0].persons]).toMatchObject([200, [{ name: null, layer: 'tactical' }]]);
    expect(body.unopened).toEqual(expect.stringMatching(/\.$/));
    await double.start();
    await heard();
    const again = await service.get('/contacts/next?limit=10');
    expect(again.body.data.items[0].persons).toMatchObject([{ name: 'Marie' }]);
    expect(again.body).not.toHaveProperty('unopened');
  });

  it('refuses to record, says when to try again, and keeps its place behind the load balancer', async () => {
    await double.stop();
    await deaf();

    const [bulk, ...others] = await Promise.all([
      service.post('/interactions', { items: [{ customerId: customer, channel: 'phone' }] }),
      service.post('/customers', { name: 'Bakkerij Stam' }),
      service.post(`/customers/${customer}/visits`, { notes: 'More' }),
      service.post('/reps', { repId: 'bas', name: 'Bas' }),
      // What has to be read in the log itself.
      service.get('/feed'),
      service.get('/events'),
      service.get(`/customers/${customer}/timeline`),
    ]);
    for (const { status, headers, body } of others) {
      expect([status, body.type]).toEqual([503, 'urn:klantwaarde:problem:unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(bulk!.body.items).toMatchObject([{ status: 503 }]);
    expect(Number(bulk!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await service.get('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ready', canRecord: false, reason: expect.any(String), behind: { since: expect.any(String) } },
    });
    const { status, body } = await service.get('/metrics');
    expect(status).toBe(200);
    expect(body).toMatch(/^klantwaarde_log_up 0$/m);
    expect(body).toMatch(/^klantwaarde_read_side_up 1$/m);
    expect(body).toMatch(/^klantwaarde_read_side_behind_seconds [\d.]*[1-9]/m);
  });

  it('records and shows again when the log is back, without a restart', async () => {
    await double.stop();
    await deaf();

    await double.start();
    const status = await heard();

    expect(status.log.problem).toBeNull();
    const { position } = await service.record(`/customers/${customer}/visits`, { notes: 'Good to be back' });
    const { body } = await service.get(`/customers/${customer}/timeline?atLeast=${position}`);
    expect(body).not.toHaveProperty('behind');
    expect(body.data.items[0]).toMatchObject({ position, data: { notes: 'Good to be back' } });
    expect(await service.get('/health/ready')).toMatchObject({ status: 200, body: { canRecord: true } });
    expect((await service.get('/metrics')).body).toMatch(/^klantwaarde_read_side_behind_seconds 0$/m);
  });

  it('never leaves anybody waiting for a log that is silent', async () => {
    double.silence();

    await allAnswer(['/status', '/metrics', '/health', '/health/ready', ...questions()]);
    expect((await service.post(`/customers/${customer}/visits`, { notes: 'More' })).status).toBe(503);
    expect(await service.get('/health/ready')).toMatchObject({ status: 200, body: { canRecord: false } });

    double.speak();
    await until(
      () => service.post(`/customers/${customer}/visits`, { notes: 'More' }),
      ({ status }) => status === 201,
    );
    await heard();
  });

  it('records slowly in a log that is slow', async () => {
    double.delayCalls(400);

    const { position } = await service.record(`/customers/${customer}/visits`, { notes: 'Slowly' });

    const { body } = await service.get(`/customers/${customer}/timeline?atLeast=${position}`);
    expect(body.data.items[0]).toMatchObject({ position, data: { notes: 'Slowly' } });
  });

  it('records nothing in a log that is full, and goes on when there is room again', async () => {
    double.fillDisk();

    const refused = await service.post(`/customers/${customer}/visits`, { id: v7(), notes: 'No room' });

    expect([503, 507]).toContain(refused.status);
    await allAnswer(questions());
    expect(await service.get('/health/ready')).toMatchObject({ status: 200, body: { canRecord: false } });
    double.fillDisk(false);
    await until(
      () => service.post(`/customers/${customer}/visits`, { notes: 'Room' }),
      ({ status }) => status === 201,
    );
    expect(await service.get('/health/ready')).toMatchObject({ status: 200, body: { canRecord: true } });
  });

  it('records nothing through a follower that may only read, and goes on when it leads again', async () => {
    // Nobody is there who leads.
    double.moveLeader({ host: '127.0.0.1', port: 1 });

    const { status, headers } = await service.post(`/customers/${customer}/visits`, { notes: 'No leader' });

    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await allAnswer(questions());
    double.moveLeader();
    await until(
      () => service.post(`/customers/${customer}/visits`, { notes: 'A leader' }),
      ({ status }) => status === 201,
    );
  });

  it('loses and doubles nothing that it acknowledged, whatever happened to the log meanwhile', async () => {
    const acknowledged = new Map<string, string>();
    let isOver = false;
    const record = async (): Promise<void> => {
      while (!isOver) {
        const id = v7();
        // As a phone does: the same again until there is an answer.
        for (;;) {
          const { status, headers, body } = await service.post(`/customers/${customer}/visits`, { id, notes: id });
          if (status === 201 || status === 200) {
            acknowledged.set(id, body.eventId);
            break;
          }
          expect(status).toBe(503);
          expect(headers.get('retry-after')).not.toBeNull();
          if (isOver) break;
          await pause(50);
        }
      }
    };
    const recorders = Array.from({ length: 6 }, record);
    const some = async (count = 8) => {
      const wanted = acknowledged.size + count;
      while (acknowledged.size < wanted) await pause(20);
    };
    for (const fault of [
      () => double.failNextAppend('after', 'cut'),
      () => double.failNextAppend('before', 'cut'),
      () => double.failNextAppend('after', 'timed-out'),
      () => double.failNextAppend('before', 'timed-out'),
      () => double.dropConnections(),
      async () => {
        await double.stop();
        await deaf();
        await double.start();
      },
      () => double.endSubscriptions(),
    ]) {
      await some();
      await fault();
    }
    await some();
    isOver = true;
    await Promise.all(recorders);

    const stored = new Map<string, string[]>();
    for await (const recorded of service.engine.log.read(`customer-${customer}`)) {
      const { type, id, data } = readStored(recorded);
      if (type !== 'VisitLogged') continue;
      const { visitId } = data as { visitId: string };
      stored.set(visitId, [...(stored.get(visitId) ?? []), id]);
    }
    expect([...stored.values()].filter(({ length }) => length !== 1)).toEqual([]);
    for (const [id, eventId] of acknowledged) expect([id, stored.get(id)]).toEqual([id, [eventId]]);
    const { position } = (await service.get('/status')).body.log;
    const shown = await service.get(`/events?types=VisitLogged&limit=1000&atLeast=${position}`);
    expect(shown.body.data.events.map((event: { id: string }) => event.id).sort()).toEqual(
      [...stored.values()].flat().sort(),
    );
  });
});
