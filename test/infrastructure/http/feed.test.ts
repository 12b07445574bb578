import { v7 } from 'uuid';
import { Record } from '../../../src/application/record.js';
import { customerStream } from '../../../src/domain/streams.js';
import { readConfig } from '../../../src/infrastructure/config.js';
import { openEngine } from '../../../src/infrastructure/engine.js';
import { remove, type TestService, temporaryFolder, testService } from '../../support/service.js';

describe('The live feed', () => {
  let folder: string;
  let service: TestService;
  beforeEach(async () => {
    folder = await temporaryFolder();
    service = await testService({ folder, feed: { heartbeatMs: 50, most: 2 } });
  });
  afterEach(async () => {
    await service.close();
    await remove(folder);
  });

  it('tells what is recorded from now on, as CloudEvents', async () => {
    const customer = await service.customer();
    let visit: { id: string; eventId: string; position: string } | undefined;

    const [message] = await service.listen(1, {
      onOpen: async () => {
        visit = await service.record(`/customers/${customer}/visits`, {
          occurredAt: '2026-03-02T09:30:00Z',
          notes: 'Good talk',
        });
      },
    });

    expect(message).toEqual({
      id: visit!.position,
      event: 'VisitLogged',
      data: {
        specversion: '1.0',
        id: visit!.eventId,
        source: `urn:klantwaarde:log:${service.engine.log.id}`,
        type: 'VisitLogged',
        subject: `customer-${customer}`,
        time: '2026-03-02T09:30:00.000Z',
        datacontenttype: 'application/json',
        position: visit!.position,
        revision: '1',
        recordedat: expect.stringMatching(/^\d{4}-.*Z$/),
        schemaversion: 1,
        actor: 'local',
        origin: 'api',
        requestid: visit!.id,
        data: expect.objectContaining({ visitId: visit!.id, notes: 'Good talk' }),
      },
    });
  });

  it('resumes after the last event that was handled', async () => {
    const first = await service.record('/customers', { name: 'A' });
    const names = ['B', 'C', 'D'];
    for (const name of names) await service.customer(name);

    const resumed = await service.listen(3, { lastEventId: first.position });
    const asked = await service.listen(2, { query: `?after=${resumed[0]!.id}` });

    expect(resumed.map(({ data }) => (data.data as { name: string }).name)).toEqual(names);
    expect(asked.map(({ data }) => (data.data as { name: string }).name)).toEqual(['C', 'D']);
  });

  it('keeps to the events it is asked for', async () => {
    const customer = await service.customer('A');
    const other = await service.customer('B');
    await service.record(`/customers/${customer}/interactions`, { channel: 'phone' });
    await service.record(`/customers/${other}/visits`, {});
    await service.record(`/customers/${customer}/visits`, {});
    const start = `${service.engine.log.id}-0`;

    const messages = await service.listen(1, { query: `?after=${start}&types=VisitLogged&customer=${customer}` });

    expect(messages.map(({ data }) => [data.type, data.subject])).toEqual([['VisitLogged', `customer-${customer}`]]);
  });

  it('tells what another process records in the same log', async () => {
    const beside = await openEngine(readConfig({ KLANTWAARDE_DATA: `${folder}/data` }), { readSide: false });
    const id = v7();
    const by = { actor: 'local', source: 'import' } as const;

    const [message] = await service.listen(1, {
      onOpen: () =>
        beside.commandBus.execute(
          new Record(customerStream(id), [{ name: 'RegisterCustomer', id, payload: { name: 'A' } }], by),
        ),
    });
    await beside.close();

    expect(message!.data).toMatchObject({ type: 'CustomerRegistered', subject: `customer-${id}`, origin: 'import' });
  });

  it('shows nothing of a person whose data was erased', async () => {
    const customer = await service.customer();
    const person = await service.record(`/customers/${customer}/contact-persons`, { name: 'Sanne', layer: 'tactical' });
    await service.engine.keyRing.destroy(`person-${person.id}`);

    const [message] = await service.listen(1, { query: `?after=${service.engine.log.id}-0&types=ContactPersonAdded` });

    expect(message!.data.data).toMatchObject({ contactPersonId: person.id, name: null });
  });

  it('refuses a position of another log, or past the end', async () => {
    const other = await service.get('/feed?after=another-1');
    const past = await service.get(`/feed?after=${service.engine.log.id}-99999`);

    expect([other.status, other.body.detail]).toEqual([400, expect.stringContaining('another log')]);
    expect([past.status, past.body.detail]).toEqual([400, expect.stringContaining('past the end')]);
  });

  it('turns listeners away when there are too many', async () => {
    const stop = new AbortController();
    const listening = await Promise.all([1, 2].map(() => fetch(service.address('/feed'), { signal: stop.signal })));

    const third = await service.get('/feed');
    stop.abort();
    await Promise.all(listening.map((response) => response.text().catch(() => {})));

    expect(third.status).toBe(503);
    expect(third.headers.get('retry-after')).toBe('30');
  });

  it('ends when the service stops', async () => {
    const response = await fetch(service.address('/feed'));

    await service.close();

    expect(await response.text()).toContain('retry: 1000');
    service = await testService({ folder });
  });

  it('shows a sign of life while nothing happens', async () => {
    const response = await fetch(service.address('/feed'));
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes(': here')) text += (await reader.read()).value;
    await reader.cancel();

    expect(text).toContain(`id: ${service.engine.log.id}-`);
  });
});

describe('The audit log', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await testService();
    for (const name of ['A', 'B', 'C', 'D', 'E']) await service.customer(name);
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  it('is read page by page, each event once', async () => {
    const { position } = (await service.get('/status')).body.log;
    const names: string[] = [];
    let next: string | undefined;
    do {
      const after = next ? `&after=${next}` : '';
      const { data } = (await service.get(`/events?limit=2&types=CustomerRegistered&atLeast=${position}${after}`)).body;
      expect(data.events.length).toBeLessThanOrEqual(2);
      names.push(...data.events.map((event: { data: { name: string } }) => event.data.name));
      next = data.next;
    } while (next);

    expect(names).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('tells each event as the feed does', async () => {
    const [told] = await service.events('&types=CustomerRegistered');
    const [message] = await service.listen(1, { query: `?after=${service.engine.log.id}-0&types=CustomerRegistered` });

    expect(told).toEqual(message!.data);
  });

  it('of an unknown customer is not there', async () => {
    const answer = await service.get(`/events?customer=${v7()}`);

    expect(answer.status).toBe(404);
  });

  it('knows only the types of the catalogue', async () => {
    const answer = await service.get('/events?types=VisitLogged,Party');

    expect(answer.status).toBe(400);
    expect(answer.body.errors[0]).toMatchObject({ path: 'types[1]' });
  });
});
