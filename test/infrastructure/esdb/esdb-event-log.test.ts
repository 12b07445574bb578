import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type FollowedBatch,
  type Following,
  type FollowOptions,
  LogFull,
  LogUnavailable,
  type NewEvent,
  type RecordedEvent,
  StreamNotFound,
} from '../../../src/application/ports/event-log.js';
import { EsdbEventLog } from '../../../src/infrastructure/esdb/esdb-event-log.js';
import { hasRealServer } from '../../support/event-store/any.js';
import { type EventStore, startEventStore } from '../../support/event-store/event-store.js';
import { type EsdbLogUnderTest, impatient, makeEsdbLog, startProcess } from './log-setup.js';

const STREAM = 'customer-0b7f3f5e-8d8a-4f0e-9f3a-3c1f5a6f0001';
const OTHER = 'customer-0b7f3f5e-8d8a-4f0e-9f3a-3c1f5a6f0002';

describe('The event log in EventStoreDB', () => {
  let subject: EsdbLogUnderTest;
  let log: EsdbEventLog;
  /** Fails on command; not there where a real server is used. */
  let server: EventStore;

  beforeEach(async () => {
    subject = await makeEsdbLog();
    log = subject.log;
    server = subject.server.double as EventStore;
  });

  afterEach(() => subject.dispose());

  it('has one id for ever, which all who open it for the first time at once agree on', async () => {
    const prefix = anotherPrefix();

    const opened = await Promise.all([1, 2, 3, 4].map(() => subject.open({ prefix })));

    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    expect(opened[0]?.id).toMatch(/^[a-z0-9]{10,}$/);
    expect(opened[0]?.id).not.toBe(log.id);
    expect((await subject.open({ prefix })).id).toBe(opened[0]?.id);
    expect(await opened[0]?.head()).toEqual({ position: undefined });
    expect(await all(opened[1]!.readAll())).toEqual([]);
  });

  it('shares a server with other logs, and neither sees the other', async () => {
    const prefix = anotherPrefix();
    const other = await subject.open({ prefix });
    const seen = watch(log);
    const seenByOther = watch(other);
    for (let round = 0; round < 12; round++) {
      await log.append(STREAM, events(2), 'any');
      await other.append(STREAM, events(3), 'any');
    }
    await other.append(OTHER, events(40), 'none');

    await seen.until(() => seen.events.length === 24);
    await seenByOther.until(() => seenByOther.events.length === 76);

    const [own, others] = [await all(log.readAll()), await all(other.readAll())];
    expect(own).toHaveLength(24);
    expect(seen.events).toEqual(own);
    expect(seenByOther.events).toEqual(others);
    expect(await log.head()).toEqual({ position: own.at(-1)?.position });
    expect(await other.head()).toEqual({ position: others.at(-1)?.position });
    expect(await all((await subject.open()).readAll({ direction: 'backwards', limit: 2 }))).toEqual(
      own.slice(-2).reverse(),
    );
    await expect(all(log.read(OTHER))).rejects.toThrow(StreamNotFound);
  });

  it('keeps its own streams from the port, and the names of streams and types that mean something to the server', async () => {
    for (const stream of ['', '$all', 'log-identity', 'key-customer-1']) {
      await expect(async () => log.append(stream, events(1), 'any')).rejects.toThrow(TypeError);
      await expect(async () => all(log.read(stream))).rejects.toThrow(TypeError);
    }
    for (const wrong of [{ type: '' }, { type: '$deleted' }, { id: 'no-uuid' }, { data: '"\ud800"' }]) {
      await expect(log.append(STREAM, [{ ...event(), ...wrong }], 'any')).rejects.toThrow(TypeError);
    }
    expect(await all(log.readAll())).toEqual([]);
  });

  it('takes the largest append that the application makes', async () => {
    const metadata = JSON.stringify(
      Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`some-property-${index}`, 'x'.repeat(20)])),
    );
    const data = JSON.stringify('x'.repeat(900 - metadata.length - 2));
    const type = 'AgreementGivenWithAName';
    const many = events(1_000).map(({ id }) => ({ id, type, data, metadata }));
    expect(many.reduce((bytes, each) => bytes + each.data.length + each.metadata.length, 0)).toBe(900_000);

    expect(await log.append(STREAM, many, 'none')).toMatchObject({ revision: 999n });
  });

  it('tells exactly one of two nodes that it recorded what both were told under the same id', async () => {
    const other = await subject.open();
    for (let round = 0; round < 10; round++) {
      const [one] = events(1);
      const expected = round === 0 ? 'none' : BigInt(round - 1);
      const same = { ...one, data: JSON.stringify('something else') };

      const answers = await Promise.all([log.append(STREAM, [one], expected), other.append(STREAM, [same], expected)]);

      expect(answers.map(({ repeated }) => repeated).sort()).toEqual([false, true]);
      const [stored] = await all(log.read(STREAM, { from: BigInt(round) }));
      expect(stored?.data).toBe(answers[0].repeated ? same.data : one.data);
      expect(answers[0].position).toBe(stored?.position);
      expect(answers[1].position).toBe(stored?.position);
    }
  });

  it('starts from the beginning where a position is asked for at which no event begins', async () => {
    const { position } = await log.append(STREAM, events(5), 'none');
    const everything = await all(log.readAll());

    expect(await all(log.readAll({ after: position - 1n }))).toEqual(everything.slice(-1));
    const seen = watch(log, { after: position - 1n });
    await seen.until(() => seen.events.length > 0);
    expect(seen.events).toEqual(everything.slice(-1));
  });

  it('refuses everything once it is closed', async () => {
    const following = log.follow(() => undefined);
    await log.append(STREAM, events(1), 'none');

    await log.close();

    await following.done;
    await expect(log.append(STREAM, events(1), 0n)).rejects.toThrow(LogUnavailable);
    await expect(all(log.read(STREAM))).rejects.toThrow(LogUnavailable);
    await expect(log.head()).rejects.toThrow(LogUnavailable);
    expect(() => log.follow(() => undefined)).toThrow(LogUnavailable);
    await log.close();
  });

  // A real server does not fail on command.
  if (!hasRealServer) describe('when the server fails', whenTheServerFails);

  /** Of another log on the same server. */
  function anotherPrefix(): string {
    return subject.server.prefix.replace(/-$/, 'e-');
  }

  function whenTheServerFails(): void {
    it.each(['cut', 'timed-out', 'silent'] as const)(
      'writes an append once whose outcome stayed unknown, before and after it was stored (%s)',
      async (how) => {
        log = await subject.open({ patience: { attempt: 700, total: 30_000 } });
        server.failNextAppend('after', how);
        expect(await log.append(STREAM, events(3), 'none')).toMatchObject({ revision: 2n, repeated: false });
        server.failNextAppend('before', how);
        expect(await log.append(STREAM, events(3), 2n)).toMatchObject({ revision: 5n, repeated: false });
        server.failNextAppend('after', how);
        expect(await log.append(STREAM, events(2), 'any')).toMatchObject({ revision: 7n, repeated: false });
        server.failNextAppend('before', how);
        expect(await log.append(STREAM, events(2), 'exists')).toMatchObject({ revision: 9n, repeated: false });

        expect(await all(log.read(STREAM))).toHaveLength(10);
      },
    );

    it('gives up after a while, and gives the original answer to whoever tries the same again later', async () => {
      log = await subject.open({ patience: impatient });
      const written = events(2);
      server.failNextAppend('after', 'silent');
      for (let more = 0; more < 4; more++) server.failNextAppend('before', 'silent');
      await expect(log.append(STREAM, written, 'none')).rejects.toThrow(LogUnavailable);

      const again = await untilAvailable(() => log.append(STREAM, written, 'none'));
      expect(again).toMatchObject({ revision: 1n, repeated: true });
      expect(await all(log.readAll())).toHaveLength(2);
    });

    it('says that it is full while there is no room at the server, and keeps nothing of the append', async () => {
      server.fillDisk();
      const written = events(2);
      await expect(log.append(STREAM, written, 'none')).rejects.toThrow(LogFull);
      await expect(all(log.read(STREAM))).rejects.toThrow(StreamNotFound);

      server.fillDisk(false);
      expect(await log.append(STREAM, written, 'none')).toMatchObject({ revision: 1n, repeated: false });
    });

    it('says that it is unavailable while the server is gone, and goes on by itself when it is back', async () => {
      const told: string[] = [];
      log = await subject.open({
        patience: impatient,
        tell: (level, sentence) => told.push(`${level}: ${sentence}`),
      });
      await log.append(STREAM, events(2), 'none');
      const seen = watch(log);
      await seen.until(() => seen.caughtUp);

      await server.stop();

      for (const asking of [log.append(STREAM, events(1), 1n), all(log.read(STREAM)), all(log.readAll()), log.head()]) {
        const error = await asking.catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(LogUnavailable);
        expect((error as LogUnavailable).retryAfterSeconds).toBeGreaterThanOrEqual(1);
        expect((error as LogUnavailable).message).toContain(`127.0.0.1:${server.port}`);
      }
      await seen.until(() => seen.errors.length > 1);
      expect(seen.errors.every((error) => error instanceof LogUnavailable)).toBe(true);
      expect(told).toEqual([expect.stringMatching(/^warn: The event log .* can't be used now: .*\.$/)]);

      seen.caughtUp = false;
      await server.start();

      // Nothing new came, but it is heard that the outage is over.
      await seen.until(() => seen.caughtUp);
      expect(seen.events).toHaveLength(2);
      await log.append(STREAM, events(1), 1n);
      await seen.until(() => seen.events.length === 3);
      expect(seen.events).toEqual(await all(log.readAll()));
      expect(told.at(-1)).toMatch(/^info: The event log .* answers again\.$/);
    });

    it('waits for nothing for ever while the server is silent, not even when it is to stop', async () => {
      log = await subject.open({ patience: impatient });
      await log.append(STREAM, events(2), 'none');
      const seen = watch(log);
      await seen.until(() => seen.caughtUp);
      server.silence();

      const asked = [log.append(STREAM, events(1), 1n), all(log.read(STREAM)), all(log.readAll()), log.head()];
      for (const asking of await Promise.allSettled(asked)) {
        expect(asking).toMatchObject({ status: 'rejected', reason: expect.any(LogUnavailable) });
      }
      await expect(subject.open({ patience: impatient })).rejects.toThrow(LogUnavailable);
      await seen.until(() => seen.errors.length > 0);
      const another = log.follow(() => undefined);
      await another.stop();

      server.speak();
      const { revision } = await untilAvailable(() => log.append(STREAM, events(1), 'any'));
      await seen.until(() => seen.events.at(-1)?.revision === revision);
      expect(seen.events).toEqual(await all(log.readAll()));
      server.silence();
      await Promise.all([seen.following.stop(), log.close()]);
      server.speak();
    });

    it('goes on with a read and with following where the connection broke', async () => {
      for (let round = 0; round < 16; round++) await log.append(`customer-${round % 4}`, events(25), 'any');
      const everything = await all(log.readAll());
      const cutting = async (reading: AsyncIterable<RecordedEvent>) => {
        const read: RecordedEvent[] = [];
        for await (const each of reading) {
          read.push(each);
          if (read.length % 100 === 50) server.dropConnections();
        }
        return read;
      };

      expect(await cutting(log.readAll())).toEqual(everything);
      expect(await cutting(log.readAll({ direction: 'backwards', limit: 160 }))).toEqual(
        [...everything].reverse().slice(0, 160),
      );
      expect(await cutting(log.read('customer-1'))).toEqual(everything.filter(({ stream }) => stream === 'customer-1'));

      let handled = 0;
      const seen = watch(log, { batchSize: 30 }, async () => {
        if (++handled % 3 === 0) server.dropConnections();
        if (handled % 7 === 0) server.endSubscriptions();
      });
      await seen.until(() => seen.events.length >= everything.length);
      expect(seen.events).toEqual(everything);
    });

    it('loses nothing and complains of nothing when it is dropped for being slow', async () => {
      await log.append(STREAM, events(1), 'none');
      const seen = watch(log, { batchSize: 50 }, () => pause(10));
      await seen.until(() => seen.caughtUp);

      for (let round = 0; round < 5; round++) await log.append(OTHER, events(300), 'any');
      await seen.until(() => seen.events.length === 1_501);

      expect(seen.events).toEqual(await all(log.readAll()));
      await seen.until(() => seen.caughtUp);
      expect(seen.errors).toEqual([]);
    });

    it('refuses to open with a refused login in a sentence without it, and waits when it is refused later', async () => {
      const connectionString = server.url.replace('esdb://', 'esdb://anna:gehe1m@');
      log = await subject.open({ connectionString });
      for (const answer of ['unauthenticated', 'denied'] as const) {
        server.setLogin(answer);

        const error = await EsdbEventLog.open({ connectionString }).catch((reason: Error) => reason);

        expect(error).not.toBeInstanceOf(LogUnavailable);
        expect((error as Error).message).toMatch(/^The event log esdb:\/\/127\.0\.0\.1:\d+ refuses the login\.$/);
        expect((error as Error).stack).not.toContain('gehe1m');
        const later = await log.append(STREAM, events(1), 'any').catch((reason: unknown) => reason);
        expect(later).toBeInstanceOf(LogUnavailable);
        expect(String(later)).not.toMatch(/gehe1m|anna/);
      }
      server.setLogin('accepted');
      expect(await log.append(STREAM, events(1), 'any')).toMatchObject({ revision: 0n });
    });

    it('goes to the leader that a follower names, and comes back when the leader can not be reached', async () => {
      log = await subject.open({ patience: impatient });
      const leader = await startEventStore();
      try {
        server.moveLeader({ host: '127.0.0.1', port: leader.port });
        expect(await log.append(STREAM, events(2), 'none')).toMatchObject({ revision: 1n });
        expect(await all(log.read(STREAM))).toHaveLength(2);
        server.moveLeader();
        await leader.stop();
        await expect(untilAvailable(() => all(log.read(STREAM)))).rejects.toThrow(StreamNotFound);

        server.moveLeader({ host: '127.0.0.1', port: leader.port });
        await expect(log.append(STREAM, events(1), 'none')).rejects.toThrow(LogUnavailable);
        server.moveLeader();
        expect(await untilAvailable(() => log.append(STREAM, events(1), 'none'))).toMatchObject({ revision: 0n });
      } finally {
        await leader.close();
      }
    });

    it('says that it is unavailable while the server has no leader, also when it is opened', async () => {
      log = await subject.open({ patience: impatient });
      server.setReady(false);
      await expect(log.append(STREAM, events(1), 'none')).rejects.toThrow(LogUnavailable);
      await expect(subject.open({ patience: impatient })).rejects.toThrow(LogUnavailable);

      server.setReady(true);
      expect(await untilAvailable(() => log.append(STREAM, events(1), 'none'))).toMatchObject({ revision: 0n });
    });

    it('leaves no failure uncaught, which would end the process, when all nodes are lost under calls and subscriptions', async () => {
      const addresses = `127.0.0.1:${server.port},127.0.0.1:${server.port}`;
      const url = `esdb://${addresses}?tls=false&maxDiscoverAttempts=2`;
      const child = startProcess('persevering-process.ts', url, subject.server.prefix);
      let lines = 0;
      let complaint = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        lines += text.split('\n').length - 1;
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        complaint += text;
      });
      const more = async () => {
        const before = lines;
        while (lines < before + 100 && child.exitCode === null) await pause(10);
      };
      await more();
      for (let round = 0; round < 6; round++) {
        await server.stop();
        await pause(100 * round);
        await server.start();
        await more();
      }
      expect({ exitCode: child.exitCode, complaint }).toEqual({ exitCode: null, complaint: '' });
      child.kill('SIGKILL');
      await once(child, 'close');
    });
  }
});

function event(): NewEvent {
  return { id: randomUUID(), type: 'SomethingHappened', data: JSON.stringify({ what: randomUUID() }), metadata: '{}' };
}

function events(count: number): [NewEvent, ...NewEvent[]] {
  return [event(), ...Array.from({ length: count - 1 }, event)];
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function untilAvailable<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      await pause(50);
    }
  }
}

interface Watched {
  readonly events: RecordedEvent[];
  readonly errors: unknown[];
  readonly following: Following;
  caughtUp: boolean;
  until(isSo: () => boolean): Promise<void>;
}

/** Follows for as long as the log is open. */
function watch(
  log: EsdbEventLog,
  options: FollowOptions = {},
  meanwhile: (batch: FollowedBatch) => Promise<void> = async () => undefined,
): Watched {
  const seen: RecordedEvent[] = [];
  const errors: unknown[] = [];
  const watched: Watched = {
    events: seen,
    errors,
    caughtUp: false,
    following: log.follow(
      async (batch) => {
        await meanwhile(batch);
        seen.push(...batch.events);
        watched.caughtUp = batch.caughtUp;
      },
      { onError: (error) => errors.push(error), ...options },
    ),
    async until(isSo) {
      while (!isSo()) await pause(10);
    },
  };
  return watched;
}
