import { createConnection } from 'node:net';
import { remove, type TestService, testService } from '../../support/service.js';

describe('Bad input', () => {
  let service: TestService;
  const customer = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a91';
  const unknownId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';

  beforeAll(async () => {
    service = await testService();
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  const visit = (body: unknown, headers?: Record<string, string>) =>
    service.post(`/customers/${customer}/visits`, body, headers);

  describe('is refused as a problem that names the field', () => {
    it.each([
      ['an unknown field', { notes: 'x', mood: 'good' }, 'mood', 'is not a known field'],
      [
        'an unknown field of an inner object',
        { wallet: { category: 'gifts', annualSpend: 1, colour: 1 } },
        'wallet.colour',
        'is not a known field',
      ],
      ['a number in the place of a text', { notes: 12 }, 'notes', 'must be a text'],
      ['a text in the place of a number', { durationMinutes: '45' }, 'durationMinutes', 'must be a whole number'],
      [
        'a fraction in the place of a whole number',
        { durationMinutes: 4.5 },
        'durationMinutes',
        'must be a whole number',
      ],
      ['a text in the place of a list', { topics: 'spring' }, 'topics', 'must be a list'],
      ['a wrong item of a list', { heldBy: ['anna', 7] }, 'heldBy[1]', /^must be the id of one of us/],
      ['a text in the place of an object', { wallet: 'large' }, 'wallet', 'must be an object'],
      ['an item that is no object', { promises: [{ what: 'call' }, null] }, 'promises[1]', 'must be an object'],
      [
        'a field of an item',
        { promises: [{ what: 'call' }, { what: 'mail', dueOn: 'soon' }] },
        'promises[1].dueOn',
        'must be a day such as 2026-03-01',
      ],
      ['null in the place of nothing', { notes: null }, 'notes', 'must be a text'],
      ['a blank text', { notes: '  ' }, 'notes', 'must not be blank'],
      ['a text beyond its length', { notes: 'x'.repeat(10_001) }, 'notes', 'must be at most 10000 characters long'],
      ['a text that no file could hold', { notes: 'a\u0000b' }, 'notes', 'must hold no NUL and no broken characters'],
      ['half a character', { notes: 'a\ud800b' }, 'notes', 'must hold no NUL and no broken characters'],
      ['an id that is no UUID', { id: '7' }, 'id', 'must be a UUID'],
      ['an instant without an offset', { occurredAt: '2026-03-01T09:30:00' }, 'occurredAt', /^must be an instant/],
      [
        'an instant that does not exist',
        { occurredAt: '2026-02-30T09:30:00Z' },
        'occurredAt',
        'is an instant that does not exist',
      ],
      [
        'an hour that does not exist',
        { occurredAt: '2026-02-03T24:30:00Z' },
        'occurredAt',
        'is an instant that does not exist',
      ],
      [
        'a day that does not exist',
        { promises: [{ what: 'call', dueOn: '2026-02-30' }] },
        'promises[0].dueOn',
        'is a day that does not exist',
      ],
      [
        'a decimal with too many places',
        { wallet: { category: 'gifts', annualSpend: 1, ourShare: '0.1234567' } },
        'wallet.ourShare',
        /^must be a fraction/,
      ],
      [
        'an amount that JSON could not hold exactly',
        { wallet: { category: 'gifts', annualSpend: 2 ** 60 } },
        'wallet.annualSpend',
        'is too large to be exact',
      ],
      [
        'a word that is none of those',
        { contactPersons: [{ id: unknownId, layer: 'middle' }] },
        'contactPersons[0].layer',
        'must be one of strategic, tactical, operational',
      ],
    ])('%s', async (_, body, path, message) => {
      const answer = await visit(body);

      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body).toEqual({
        type: 'urn:klantwaarde:problem:invalid',
        title: 'The request is not valid',
        status: 400,
        detail: 'One field is not valid.',
        errors: [{ path, message: message instanceof RegExp ? expect.stringMatching(message) : message }],
      });
    });

    it('a body that is no object', async () => {
      for (const body of ['[]', '"text"', 'null', '12']) {
        const answer = await visit(body);
        expect(answer.status).toBe(400);
        expect(answer.body.errors).toEqual([{ path: '', message: 'must be a JSON object' }]);
      }
    });

    it('every wrong field at once', async () => {
      const answer = await service.post('/customers', { name: '', country: 5, lifecycle: 'friend' });

      expect(answer.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
        'country',
        'lifecycle',
        'name',
      ]);
    });

    it('a field that is missing', async () => {
      const answer = await service.post('/customers');

      expect(answer.status).toBe(400);
      expect(answer.body.errors).toEqual([{ path: 'name', message: 'must be a text' }]);
    });

    it('an unknown parameter of a query', async () => {
      const answer = await service.get('/events?after2=1');

      expect(answer.status).toBe(400);
      expect(answer.body.errors).toEqual([{ path: 'after2', message: 'is not a known field' }]);
    });

    it('a parameter that is given twice, is not a number or is out of range', async () => {
      for (const query of ['limit=5&limit=6', 'limit=many', 'limit=0', 'limit=', 'limit=1e2', 'limit=1001']) {
        const answer = await service.get(`/events?${query}`);
        expect([query, answer.status, answer.body.errors?.[0].path]).toEqual([query, 400, 'limit']);
      }
    });

    it('an address with an id that is no UUID', async () => {
      const answer = await service.post('/customers/14646/visits', {});

      expect(answer.status).toBe(400);
      expect(answer.body.errors).toEqual([{ path: 'id', message: 'must be a UUID' }]);
    });
  });

  it('that is not JSON is refused', async () => {
    for (const body of ['{"notes": "x"', '{notes: 1}', '', '{"notes": 1e}']) {
      const answer = await visit(body);
      expect([body, answer.status, answer.body.type]).toEqual([body, 400, 'urn:klantwaarde:problem:invalid']);
    }
  });

  it('that reaches for the prototype is refused', async () => {
    const answer = await visit('{"__proto__": {"notes": "x"}}');

    expect(answer.status).toBe(400);
  });

  it('larger than a mebibyte is refused', async () => {
    const answer = await visit({ notes: 'x'.repeat(1024 * 1024) });

    expect(answer.status).toBe(413);
    expect(answer.body).toEqual({
      type: 'urn:klantwaarde:problem:too-large',
      title: 'Too large',
      status: 413,
      detail: 'A request may be at most 1 MiB.',
    });
  });

  it('in another format is refused', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense']) {
      const answer = await visit('notes=x', { 'content-type': type });
      expect([type, answer.status, answer.body.type]).toEqual([
        type,
        415,
        'urn:klantwaarde:problem:unsupported-format',
      ]);
    }
  });

  it('at an address where nothing is gets a problem', async () => {
    const answer = await service.get('/castles');

    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toEqual({
      type: 'urn:klantwaarde:problem:not-found',
      title: 'Not found',
      status: 404,
      detail: 'There is nothing at this address.',
    });
  });

  it('with a method that the address does not know is told which it knows', async () => {
    const answer = await service.call('DELETE', `/customers/${customer}/visits`);

    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(answer.body.type).toBe('urn:klantwaarde:problem:method-not-allowed');
  });

  it('of a broken address gets a problem and nothing of the inside', async () => {
    const answer = await service.get('/customers/%E0%A4%A');

    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|at \w+ \(/);
  });

  it('with more headers than fit gets a problem', async () => {
    const answer = await service.get('/status', { 'x-long': 'x'.repeat(20_000) });

    expect(answer.status).toBe(431);
    expect(answer.body.type).toBe('urn:klantwaarde:problem:headers-too-large');
  });

  it('that is not HTTP gets a problem', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.end('HELLO\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) answer += chunk;

    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
  });

  it('from a page of another site records nothing', async () => {
    const answer = await service.post('/customers', { name: 'A' }, { 'sec-fetch-site': 'cross-site' });

    expect(answer.status).toBe(403);
    expect(answer.body.type).toBe('urn:klantwaarde:problem:forbidden');
  });

  it('with a time zone that does not exist is refused', async () => {
    const answer = await service.post('/reps', { repId: 'anna', name: 'Anna', timeZone: 'Mars/Olympus' });

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { path: 'timeZone', message: 'must be an IANA time zone such as Europe/Amsterdam' },
    ]);
  });

  it('leaves nothing behind in the log', async () => {
    const before = await service.engine.log.head();
    await visit({ notes: 'x', promises: [{ what: 'call', dueOn: '2026-02-30' }] });
    const after = await service.engine.log.head();

    expect(after).toEqual(before);
  });
});
