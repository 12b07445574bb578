import { createHash, randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import {
  type EventLog,
  type ExpectedRevision,
  LogDamaged,
  LogFull,
  LogUnavailable,
  type NewEvent,
  type RecordedEvent,
  StreamNotFound,
  WrongExpectedRevision,
} from '../../../src/application/ports/event-log.js';
import { SqliteEventLog } from '../../../src/infrastructure/sqlite/sqlite-event-log.js';
import { makeSqliteLog, startProcess, systemClock, temporaryFolder, withDatabase } from './log-setup.js';

const STREAM = 'customer-5e0c2f0e-6a39-4a1e-8d6c-1b1f6a1f0001';
const clock = systemClock;

describe('The SQLite log', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder, 'log.db');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes a file that only its owner can read, with a name of its own that stays', async () => {
    const log = await SqliteEventLog.open(file, { clock });
    const { id } = log;
    await log.close();

    expect(id).toMatch(/^[a-z0-9]{10}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['log.db']);
    await using again = await opened(file);
    expect(again.log.id).toBe(id);
    await using other = await opened(join(folder, 'other', 'log.db'));
    expect(other.log.id).not.toBe(id);
  });

  it('is made once when two open it at the same time', async () => {
    const logs = await Promise.all([1, 2, 3].map(() => SqliteEventLog.open(file, { clock })));

    await Promise.all(logs.map((log) => log.append(STREAM, events(1), 'any')));

    expect(new Set(logs.map(({ id }) => id)).size).toBe(1);
    expect(await all(logs[0]?.read(STREAM) as AsyncIterable<RecordedEvent>)).toHaveLength(3);
    await Promise.all(logs.map((log) => log.close()));
  });

  describe('when what lies there is not a log it can read', () => {
    const cases: [string, RegExp, (path: string) => Promise<void> | void][] = [
      ['a folder', /is not a file/, (path) => mkdirSync(path)],
      ['an empty file', /is empty/, (path) => writeFileSync(path, '')],
      ['a text file', /is not one/, (path) => writeFileSync(path, 'date;customer\n'.repeat(500))],
      ['a few bytes of a database', /is not one/, (path) => writeFileSync(path, 'SQLite format 3\0 and then')],
      [
        "another program's database",
        /another program/,
        (path) => withDatabase(path, (db) => db.exec('CREATE TABLE t(x)')),
      ],
      [
        'a log of a later version',
        /version 7/,
        (path) => changeClosedLog(path, (db) => db.exec('PRAGMA user_version = 7')),
      ],
      ['a log without its tables', /damaged/, (path) => changeClosedLog(path, (db) => db.exec('DROP TABLE log'))],
      ['a log without its name', /damaged/, (path) => changeClosedLog(path, (db) => db.exec('DELETE FROM log'))],
      [
        'a log with a head before its events',
        /damaged/,
        (path) => changeClosedLog(path, (db) => db.exec('UPDATE log SET head = 3')),
      ],
      [
        'a log that was cut off',
        /damaged|cut off/,
        async (path) => truncateSync(path, (await closedLog(path)).size / 2),
      ],
    ];

    it.each(cases)('refuses %s with a sentence and changes nothing', async (_, sentence, put) => {
      await put(file);
      const before = bytesOf(file);

      for (const readOnly of [false, true]) {
        const refusal = await SqliteEventLog.open(file, { clock, readOnly }).then(
          () => 'opened',
          (error: unknown) => error,
        );
        expect(refusal).toBeInstanceOf(LogDamaged);
        expect((refusal as Error).message).toMatch(sentence);
        expect((refusal as Error).message).toContain(file);
      }
      expect(bytesOf(file)).toBe(before);
    });
  });

  it('says that the log is damaged when it meets broken pages while reading or following', async () => {
    const { size } = await closedLog(file);
    const bytes = readFileSync(file);
    bytes.fill(0xa5, Math.floor(size / 3), Math.floor(size / 3) + 8_192 * 8);
    writeFileSync(file, bytes);
    await using broken = await opened(file);

    await expect(all(broken.log.readAll())).rejects.toThrow(LogDamaged);

    const told = await new Promise((resolve) => broken.log.follow(() => undefined, { onError: resolve }));
    expect(told).toBeInstanceOf(LogDamaged);
  });

  it('reads only when it is told to, and then makes no file', async () => {
    await expect(SqliteEventLog.open(file, { clock, readOnly: true })).rejects.toThrow(LogUnavailable);
    expect(readdirSync(folder)).toEqual([]);
    await using writing = await opened(file);
    const reading = await SqliteEventLog.open(file, { clock, readOnly: true });

    await writing.log.append(STREAM, events(3), 'none');

    expect(await all(reading.read(STREAM))).toHaveLength(3);
    await expect(reading.append(STREAM, events(1), 'any')).rejects.toThrow(LogUnavailable);
    await reading.close();
  });

  it('is opened while another process writes to it, at whatever moment', async () => {
    const child = startProcess('appending-process.ts', file);
    const ended = once(child, 'close');
    child.stdout?.resume();
    await once(child.stdout as Readable, 'data');

    for (let time = 0; time < 1_500; time++) {
      await (await SqliteEventLog.open(file, { clock, readOnly: true })).close();
    }

    child.kill('SIGKILL');
    await ended;
  });

  it('turns appends away while another process holds the file longer than the busy timeout, and goes on afterwards', async () => {
    await using subject = await opened(file, { busyTimeoutMs: 50 });
    await subject.log.append(STREAM, events(1), 'none');

    const refusals = await withDatabase(file, async (other) => {
      other.exec('BEGIN IMMEDIATE');
      expect(await all(subject.log.read(STREAM))).toHaveLength(1);
      const refused = await Promise.all([0, 1, 2].map(() => subject.log.append(STREAM, events(1), 0n).catch((e) => e)));
      other.exec('ROLLBACK');
      return refused;
    });

    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(LogUnavailable);
      expect(refusal.retryAfterSeconds).toBeGreaterThanOrEqual(1);
      expect(refusal.retryAfterSeconds).toBeLessThanOrEqual(5);
    }
    expect(await subject.log.append(STREAM, events(1), 0n)).toMatchObject({ revision: 1n });
  });

  it('waits for a process that holds the file for less than the busy timeout', async () => {
    await using subject = await opened(file, { busyTimeoutMs: 30_000 });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');

    const append = subject.log.append(STREAM, events(1), 'none');
    setTimeout(() => other.close(), 100);

    expect(await append).toMatchObject({ revision: 0n });
  });

  it('can be neither opened nor read while another process keeps everyone out, but says so', async () => {
    await closedLog(file);
    await withDatabase(file, async (other) => {
      other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE log SET head = head; COMMIT');

      await expect(SqliteEventLog.open(file, { clock, busyTimeoutMs: 50 })).rejects.toThrow(LogUnavailable);
    });
    await using afterwards = await opened(file);
    expect(await all(afterwards.log.readAll())).not.toEqual([]);
  });

  it('keeps what it acknowledged and nothing of what it could not write on a full disk', async () => {
    const limited = await SqliteEventLog.open(file, { clock, maxFileBytes: 400_000 });
    const kept: NewEvent[] = [];
    let refusal: unknown;
    while (refusal === undefined) {
      const batch = events(20, 'x'.repeat(1_000));
      const expected = kept.length === 0 ? 'none' : BigInt(kept.length - 1);
      await limited.append(STREAM, batch, expected).then(
        () => kept.push(...batch),
        (error: unknown) => {
          refusal = error;
        },
      );
    }

    expect(refusal).toBeInstanceOf(LogFull);
    expect((await all(limited.read(STREAM))).map(({ id }) => id)).toEqual(kept.map(({ id }) => id));
    const together = await Promise.allSettled([
      limited.append(`${STREAM}-large`, events(400, 'x'.repeat(1_000)), 'none'),
      limited.append(`${STREAM}-small`, events(1), 'none'),
    ]);
    expect(together).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled' }]);
    await limited.close();
    await using roomy = await opened(file);
    const last = BigInt(kept.length - 1);
    expect(await roomy.log.append(STREAM, events(1), last)).toMatchObject({ revision: last + 1n });
    await expect(all(roomy.log.read(`${STREAM}-large`))).rejects.toThrow(StreamNotFound);
  });

  it('lets two processes write to the same streams of one file, and each follows what the other wrote', async () => {
    await using subject = await opened(file);
    const { log } = subject;
    const seen: RecordedEvent[] = [];
    const following = log.follow((batch) => {
      seen.push(...batch.events);
    });

    const child = startProcess('importing-process.ts', file, STREAM, '300');
    const ended = once(child, 'close');
    let own = 0;
    while (child.exitCode === null) {
      await log.append(STREAM, events(2), 'any');
      own += 2;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect((await ended)[0]).toBe(0);

    const expected = own + 300;
    while (seen.length < expected) await new Promise((resolve) => setTimeout(resolve, 10));
    await following.stop();
    const everything = await all(log.read(STREAM));
    expect(everything.map(({ revision }) => revision)).toEqual(everything.map((_, index) => BigInt(index)));
    expect(everything).toHaveLength(expected);
    expect(seen).toEqual(everything);
    expect(seen.filter(({ type }) => type === 'Imported')).toHaveLength(300);
  });

  it('leaves no append hanging when the writing thread dies, and writes again with a new one', async () => {
    const workers: Worker[] = [];
    const onWorker = (message: unknown) => workers.push((message as { worker: Worker }).worker);
    subscribe('worker_threads', onWorker);
    await using subject = await opened(file);
    const { log } = subject;
    const answered = await log.append(STREAM, events(1), 'none');
    const batch = events(3);

    const appends = [log.append(STREAM, batch, 0n), log.append(`${STREAM}-b`, events(1), 'none')];
    const ended = workers[0]?.terminate();
    const results = await Promise.allSettled(appends);
    await ended;

    expect(answered).toMatchObject({ revision: 0n });
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(LogUnavailable);
    }
    expect(results.some(({ status }) => status === 'rejected')).toBe(true);
    expect(await log.append(STREAM, batch, 0n)).toMatchObject({ revision: 3n });
    expect((await all(log.read(STREAM))).slice(1).map(({ id }) => id)).toEqual(batch.map(({ id }) => id));
    unsubscribe('worker_threads', onWorker);
    expect(workers.length).toBe(2);
  });

  it('finishes the appends it accepted before it closes, then refuses everything', async () => {
    const log = await SqliteEventLog.open(file, { clock });
    const accepted = Array.from({ length: 50 }, () => log.append(STREAM, events(1), 'any'));
    const following = log.follow(() => undefined);

    await log.close();

    expect((await Promise.all(accepted)).map(({ revision }) => revision)).toEqual(accepted.map((_, at) => BigInt(at)));
    await following.done;
    await expect(log.append(STREAM, events(1), 'any')).rejects.toThrow(LogUnavailable);
    await expect(all(log.read(STREAM))).rejects.toThrow(LogUnavailable);
    await expect(log.head()).rejects.toThrow(LogUnavailable);
    expect(() => log.follow(() => undefined)).toThrow(LogUnavailable);
    expect(readdirSync(folder)).toEqual(['log.db']);
  });

  it('tells a follower once that it has caught up, also of an empty log', async () => {
    await using subject = await opened(file);
    const { log } = subject;
    const batches: [number, boolean][] = [];
    const handled = waitable();
    const following = log.follow(
      (batch) => {
        batches.push([batch.events.length, batch.caughtUp]);
        handled.signal();
      },
      { batchSize: 4 },
    );

    await handled.times(1);
    await log.append(STREAM, events(8), 'any');
    await handled.times(3);
    await log.append(STREAM, events(1), 'any');
    await handled.times(4);
    await following.stop();

    expect(batches).toEqual([
      [0, true],
      [4, false],
      [4, true],
      [1, true],
    ]);
  });

  it('refuses text that UTF-8 cannot carry instead of changing it', async () => {
    await using subject = await opened(file);
    const half = '\ud83d';

    for (const broken of [{ data: `"${half}"` }, { metadata: `"${half}"` }, { type: half }, { id: half }]) {
      const [event] = events(1) as [NewEvent];
      await expect(subject.log.append(STREAM, [{ ...event, ...broken }], 'any')).rejects.toThrow(TypeError);
    }
    await expect(subject.log.append(`customer-${half}`, events(1), 'any')).rejects.toThrow(TypeError);
    expect(await all(subject.log.readAll())).toEqual([]);
  });

  it('leaves no bytes of a tombstoned stream in its files', async () => {
    await using subject = await opened(file);
    const secret = 'the-secret-of-a-key-stream';
    await subject.log.append(
      'key-1',
      [{ id: randomUUID(), type: 'KeyMade', data: JSON.stringify({ secret }) }],
      'none',
    );
    await subject.log.append(STREAM, events(100), 'none');
    expect(everyByte(folder).includes(secret)).toBe(true);

    await subject.log.tombstone('key-1');

    expect(everyByte(folder).includes(secret)).toBe(false);
  });

  it('behaves like a list per stream and one list of all, whatever is appended, repeated or refused together', async () => {
    const subject = await makeSqliteLog(clock);
    const operation = fc.record({
      stream: fc.nat(3),
      count: fc.nat(4),
      expected: fc.oneof(fc.constantFrom('none', 'exists', 'any', 'actual' as const), fc.bigInt(0n, 6n)),
      repeats: fc.option(fc.nat(5), { freq: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(operation, { minLength: 1, maxLength: 6 }), { maxLength: 6 }),
        async (groups) => {
          const model = new ModelLog(randomUUID());
          const before = (await subject.log.head()).position;
          for (const group of groups) {
            const planned = group.map((planning) => model.plan(planning));
            const answers = planned.map(({ stream, batch, expected }) => subject.log.append(stream, batch, expected));
            const settled = await Promise.allSettled(answers);
            for (const [index, result] of settled.entries()) {
              expect(result.status === 'rejected' ? refusal(result.reason) : answer(result.value)).toEqual(
                planned[index]?.answer,
              );
            }
          }
          const recorded = await all(subject.log.readAll({ after: before }));
          expect(recorded.map(({ stream, revision, id }) => [stream, revision, id])).toEqual(model.all);
          for (const stream of model.streams.keys()) {
            expect(await all(subject.log.read(stream))).toEqual(recorded.filter((event) => event.stream === stream));
          }
        },
      ),
      { numRuns: 150 },
    );
    await subject.dispose();
  });
});

type Answer = { revision: bigint; repeated: boolean } | { conflict: bigint | undefined };

interface Planning {
  stream: number;
  count: number;
  expected: ExpectedRevision | 'actual';
  repeats: number | null;
}

/** The log as one would write it without disk, threads or other processes. */
class ModelLog {
  readonly streams = new Map<string, string[]>();
  readonly all: [string, bigint, string][] = [];
  private readonly earlier: { stream: string; batch: NewEvent[]; expected: ExpectedRevision }[] = [];

  constructor(private readonly run: string) {}

  plan(planning: Planning): { stream: string; batch: NewEvent[]; expected: ExpectedRevision; answer: Answer } {
    const stream = `s-${this.run}-${planning.stream}`;
    const revision = BigInt(this.streams.get(stream)?.length ?? 0) - 1n;
    const actual = revision < 0n ? 'none' : revision;
    const fresh = {
      stream,
      batch: planning.count === 0 ? [] : events(planning.count),
      expected: planning.expected === 'actual' ? actual : planning.expected,
    };
    const append = (planning.repeats === null ? undefined : this.earlier.at(-1 - planning.repeats)) ?? fresh;
    this.earlier.push(append);
    return { ...append, answer: this.append(append.stream, append.batch, append.expected) };
  }

  private append(stream: string, batch: NewEvent[], expected: ExpectedRevision): Answer {
    const ids = this.streams.get(stream) ?? [];
    const actual = BigInt(ids.length) - 1n;
    const exact = expected === 'none' ? -1n : typeof expected === 'bigint' ? expected : actual;
    if (exact !== actual || (expected === 'exists' && actual < 0n)) {
      const there = ids.slice(Number(exact) + 1, Number(exact) + 1 + batch.length);
      const isRepeat = exact < actual && batch.length > 0 && `${there}` === `${batch.map(({ id }) => id)}`;
      if (isRepeat) return { revision: exact + BigInt(batch.length), repeated: true };
      return { conflict: actual < 0n ? undefined : actual };
    }
    if (batch.length > 0) this.streams.set(stream, ids);
    for (const { id } of batch) {
      this.all.push([stream, BigInt(ids.length), id]);
      ids.push(id);
    }
    return { revision: BigInt(ids.length) - 1n, repeated: false };
  }
}

function answer({ revision, repeated }: { revision: bigint; repeated: boolean }): Answer {
  return { revision, repeated };
}

function refusal(error: unknown): Answer | unknown {
  return error instanceof WrongExpectedRevision ? { conflict: error.actual } : error;
}

function events(count: number, filling = ''): NewEvent[] {
  return Array.from({ length: count }, () => ({
    id: randomUUID(),
    type: 'SomethingHappened',
    data: JSON.stringify({ filling }),
  }));
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function opened(file: string, options: { busyTimeoutMs?: number } = {}) {
  const log = await SqliteEventLog.open(file, { clock, ...options });
  return { log: log as EventLog, [Symbol.asyncDispose]: () => log.close() };
}

/** A log of some size that nobody holds open. */
async function closedLog(file: string): Promise<{ size: number }> {
  const log = await SqliteEventLog.open(file, { clock });
  for (let index = 0; index < 20; index++) await log.append(`${STREAM}-${index}`, events(50, 'x'.repeat(500)), 'none');
  await log.close();
  return statSync(file);
}

async function changeClosedLog(file: string, change: (database: DatabaseSync) => void): Promise<void> {
  await closedLog(file);
  await withDatabase(file, change);
}

function bytesOf(path: string): string {
  if (statSync(path).isDirectory()) return readdirSync(path).join();
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function everyByte(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join();
}

/** Waits until something has happened a number of times. */
function waitable() {
  let count = 0;
  const waiting = new Set<() => void>();
  return {
    signal() {
      count++;
      for (const wake of waiting) wake();
    },
    async times(wanted: number) {
      while (count < wanted) {
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
        });
      }
    },
  };
}
