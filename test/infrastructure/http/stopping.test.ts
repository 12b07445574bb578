import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { remove, ServiceProcess, temporaryFolder, testService } from '../../support/service.js';

describe('The service as a process', () => {
  let folder: string;
  const started: ServiceProcess[] = [];
  const start = (env?: Record<string, string>): ServiceProcess => {
    const service = ServiceProcess.start(folder, env);
    started.push(service);
    return service;
  };

  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    for (const { process, ended } of started.splice(0)) {
      process.kill('SIGKILL');
      await ended;
    }
    await remove(folder);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('keeps what it acknowledged when it gets %s under load', async (signal) => {
    const service = start();
    const caller = await service.caller();
    const customer = await caller.customer();
    const acknowledged: string[] = [];
    const refused: number[] = [];
    let isStopped = false;
    let isTold = false;
    const record = async (): Promise<void> => {
      while (!isStopped) {
        const id = v7();
        try {
          const { status } = await caller.post(`/customers/${customer}/visits`, { id, notes: 'Good talk' });
          if (status === 201) acknowledged.push(id);
          else refused.push(status);
        } catch {
          isStopped = true;
        }
        if (acknowledged.length >= 200 && !isTold) {
          isTold = true;
          service.process.kill(signal);
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, record));

    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);
    expect(refused.filter((status) => status !== 503)).toEqual([]);
    const again = await testService({ folder });
    const kept = new Set<string>();
    for await (const { type, data } of again.engine.log.readAll()) {
      if (type === 'VisitLogged') kept.add(JSON.parse(data).visitId);
    }
    await again.close();
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  });

  it('keeps what it acknowledged when it is killed', async () => {
    const service = start();
    const caller = await service.caller();
    const customer = await caller.customer();
    const visit = await caller.record(`/customers/${customer}/visits`, { notes: 'Good talk' });

    service.process.kill('SIGKILL');
    await service.ended;
    const again = await start().caller();

    const [message] = await again.listen(1, { query: `?after=${visit.position.split('-')[0]}-0&types=VisitLogged` });
    expect(message!.data).toMatchObject({ id: visit.eventId, subject: `customer-${customer}` });
  });

  it('answers a request that is under way when it is told to stop', async () => {
    const service = start();
    const caller = await service.caller();
    const customer = await caller.customer();
    const { hostname, port } = new URL(caller.url);
    const body = JSON.stringify({ notes: 'Good talk' });
    const socket = createConnection({ host: hostname, port: Number(port) });
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(
      `POST /api/v1/customers/${customer}/visits HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    // An answered request shows that the service has seen the one before it.
    await caller.get('/health/live');

    service.process.kill('SIGTERM');
    while (!service.stdout.includes('Stopping.')) await new Promise((resolve) => setTimeout(resolve, 10));
    socket.write(body.slice(5));
    await closed;

    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(await service.ended).toEqual({ code: 0, signal: null });
  });

  it('ends the live feed when it stops', async () => {
    const service = start();
    const caller = await service.caller();
    const feed = await fetch(caller.address('/feed'));

    service.process.kill('SIGTERM');

    expect(await feed.text()).toContain('retry: 1000');
    expect(await service.ended).toEqual({ code: 0, signal: null });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a wrong setting', { KLANTWAARDE_CURRENCY: 'euro' }, /^KLANTWAARDE_CURRENCY is "euro", but .*\.\n$/],
    ['an address that others can reach', { HOST: '0.0.0.0' }, /^HOST is "0\.0\.0\.0", but .*\.\n$/],
    ['a misspelt setting', { KLANTWAARDE_FOLDER: '/tmp' }, /^KLANTWAARDE_FOLDER is not a setting; .*\.\n$/],
  ])('does not start with %s, and says why in one sentence', async (_, env, sentence) => {
    const service = start(env);

    expect(await service.ended).toEqual({ code: 1, signal: null });
    expect(service.stderr).toMatch(sentence);
    expect(service.stdout).toBe('');
  });

  it('does not start on the data folder of another version', async () => {
    const data = join(folder, 'data');
    await mkdir(data);
    await writeFile(join(data, 'format'), 'klantwaarde data folder, format 0\n');

    const service = start();

    expect(await service.ended).toEqual({ code: 1, signal: null });
    expect(service.stderr).toMatch(/^The data folder .* is of another version .*; nothing in it was touched\.\n$/);
  });

  it('does not start on a data folder that another one serves', async () => {
    await start().caller();

    const second = start();

    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stderr).toMatch(/^Another klantwaarde service is using the data folder .*\.\n$/);
  });

  it('does not start on a port that is taken', async () => {
    const first = await start().caller();
    const { port } = new URL(first.url);

    const second = start({ PORT: port, KLANTWAARDE_DATA: join(folder, 'other') });

    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stderr).toBe(`Port ${port} is in use: set PORT to another one.\n`);
  });

  it('does not start with other company settings than it began with, and leaves the log as it was', async () => {
    const first = await testService({ folder });
    await first.close();

    const service = start({ KLANTWAARDE_TIMEZONE: 'Europe/London' });

    expect(await service.ended).toEqual({ code: 1, signal: null });
    expect(service.stderr).toMatch(/^This log counts its days in Europe\/Amsterdam, not in Europe\/London.*\n$/);
  });

  it('does not start on a damaged log, and overwrites nothing', async () => {
    const first = await testService({ folder });
    await first.close();
    const log = join(folder, 'data', 'log.db');
    await writeFile(log, 'this was a log once');

    const service = start();

    expect(await service.ended).toEqual({ code: 1, signal: null });
    expect(service.stderr).toMatch(/^[^\n]+\.\n$/);
    expect(await readFile(log, 'utf8')).toBe('this was a log once');
  });
});
