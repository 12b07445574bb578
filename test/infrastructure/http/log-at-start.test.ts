import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventStore } from '../../support/event-store/event-store.js';
import { ServiceProcess, testService } from '../../support/service.js';
import { type OnEventStore, onEventStore, until, untilReady } from '../../support/service-on-event-store.js';

let house: OnEventStore;
let double: EventStore;
let folder: string;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  house = await onEventStore();
  ({ double, folder, env } = house);
});
afterEach(() => house.close());

describe('A service that starts while its log is out of reach', () => {
  const started: ServiceProcess[] = [];
  const start = (more: Record<string, string> = {}) => {
    const service = ServiceProcess.start(folder, { ...env, ...more });
    started.push(service);
    return service;
  };
  const stopAll = async () => {
    for (const { process, ended } of started.splice(0)) {
      process.kill('SIGKILL');
      await ended;
    }
  };
  afterEach(stopAll);

  it('lives, says what it waits for and since when, and opens without a restart', async () => {
    await double.stop();
    const service = start();
    const caller = await service.caller();

    expect(await caller.get('/health/live')).toMatchObject({ status: 200, body: { status: 'live' } });
    for (const [method, path] of [
      ['GET', '/health/ready'],
      ['GET', '/customers'],
      ['POST', '/customers'],
      ['GET', '/nowhere'],
    ] as const) {
      const { status, headers, body } = await caller.call(method, path, method === 'POST' ? { name: 'X' } : undefined);
      expect([path, status]).toEqual([path, 503]);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(body.detail).toMatch(
        /^The service waits for its log since 20\S+Z and goes on trying \(\d+ times so far\): .*127\.0\.0\.1:\d+.*\.$/,
      );
    }
    const lines = service.stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('can not be reached'))).toHaveLength(1);

    await double.start();

    await untilReady(caller);
    const customer = await caller.customer();
    expect(
      (
        await until(
          () => caller.get(`/customers/${customer}`),
          ({ status }) => status !== 404,
        )
      ).status,
    ).toBe(200);
    expect(service.stdout).toContain('The log has been reached.');
    expect(service.stderr).toBe('');
  });

  it('stops when it is told to', async () => {
    await double.stop();
    const service = start();
    await service.caller();

    service.process.kill('SIGTERM');

    expect(await service.ended).toEqual({ code: 0, signal: null });
  });

  it('waits for a log in a file as well', async () => {
    const first = await testService({ folder });
    await first.close();
    const other = new DatabaseSync(join(folder, 'data', 'log.db'));
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    const service = start({ KLANTWAARDE_LOG: 'sqlite' });
    const caller = await service.caller();

    const { body } = await caller.get('/health/ready');
    other.close();

    expect(body.detail).toMatch(/^The service waits for its log since .*log\.db is locked by another process\.$/);
    await untilReady(caller);
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      'another time zone',
      () => ({ KLANTWAARDE_TIMEZONE: 'Europe/London' }),
      /^This log counts its days in [^\n]+\.\n$/,
    ],
    [
      'another master key',
      () => ({ KLANTWAARDE_MASTER_KEY: randomBytes(32).toString('base64') }),
      /^[^\n]*master key[^\n]*\.\n$/i,
    ],
    [
      'a login that is refused',
      () => {
        double.setLogin('unauthenticated');
        return { KLANTWAARDE_LOG: double.url.replace('esdb://', 'esdb://anna:geheim@') };
      },
      /^[^\n]* refuses the login\.\n$/,
    ],
    [
      'a connection string that makes no sense',
      () => ({ KLANTWAARDE_LOG: 'esdb://anna:geheim@db:2113?tls=perhaps' }),
      /^[^\n]+\.\n$/,
    ],
  ])('does not wait for what waiting does not mend: %s', async (_, wrong, sentence) => {
    const first = await testService({ folder, env });
    await first.close();

    const service = start(wrong());

    expect(await service.ended).toEqual({ code: 1, signal: null });
    expect(service.stderr).toMatch(sentence);
    expect(service.stdout + service.stderr).not.toContain('geheim');
  });
});
