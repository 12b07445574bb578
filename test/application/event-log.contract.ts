import type { ChildProcess } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../src/application/ports/clock.js';
import { effectiveTime } from '../../src/application/ports/effective-time.js';
import {
  type Appended,
  AppendTooLarge,
  type EventLog,
  type FollowOptions,
  type NewEvent,
  type RecordedEvent,
  StreamNotFound,
  StreamTombstoned,
  WrongExpectedRevision,
} from '../../src/application/ports/event-log.js';
import { formatPosition, parsePosition } from '../../src/application/ports/position.js';
import type { Acknowledged, PartOfAppend } from './append-until-killed.js';

/** A log with what the contract needs around it. */
export interface LogUnderTest {
  readonly log: EventLog;
  readonly maxAppendBytes: number;
  /** Ends the process's hold on the log and opens the same stored events again. */
  restart(): Promise<EventLog>;
  /** The same stored events as another process sees and writes them; closed by `dispose`. */
  another(): Promise<EventLog>;
  /**
   * From now on the commit of any transaction that holds an event of this type fails. Left out by a log that can't be
   * made to; an append that is too large takes its place.
   */
  failCommitsWith?(type: string): Promise<void>;
  /** Makes a stream and the log go on after this number. Left out by a log that gets its numbers from a server. */
  goOnAfter?(stream: string, number: bigint): Promise<void>;
  /** Starts a process that runs `appendUntilKilled` on the log; its output is piped. */
  startAppending(): ChildProcess;
  dispose(): Promise<void>;
}

/** An empty log of its own for each call. */
export type MakeLog = (clock: Clock) => Promise<LogUnderTest>;

const STREAM = 'customer-0b7f3f5e-8d8a-4f0e-9f3a-3c1f5a6f0001';
const OTHER = 'customer-0b7f3f5e-8d8a-4f0e-9f3a-3c1f5a6f0002';
const KILLS = 6;

/** What every event log must do. */
export function describeEventLog(name: string, makeLog: MakeLog): void {
  describe(`${name} as an event log`, () => {
    let now: number;
    let subject: LogUnderTest;
    let log: EventLog;

    beforeEach(async () => {
      now = Date.UTC(2026, 2, 1, 9, 30);
      subject = await makeLog({ now: () => now++ });
      log = subject.log;
    });

    afterEach(async () => {
      await subject.dispose();
    });

    it('creates a new stream for an append that expects none, and calls its first revision 0', async () => {
      const [event] = events(1);

      const answer = await log.append(STREAM, [event], 'none');

      expect(answer).toMatchObject({ revision: 0n, repeated: false });
      const [read, ...more] = await all(log.read(STREAM));
      expect(more).toEqual([]);
      expect(read).toMatchObject({ ...event, stream: STREAM, revision: 0n, position: answer.position });
    });

    it('refuses an append that expects no stream where there is one, and names the actual revision', async () => {
      await log.append(STREAM, events(3), 'none');

      await expectConflict(log.append(STREAM, events(1), 'none'), 2n);
    });

    it('appends at the exact revision, and refuses one too low, too high or of a missing stream', async () => {
      await log.append(STREAM, events(2), 'none');

      expect(await log.append(STREAM, events(2), 1n)).toMatchObject({ revision: 3n, repeated: false });

      await expectConflict(log.append(STREAM, events(1), 2n), 3n);
      await expectConflict(log.append(STREAM, events(1), 4n), 3n);
      await expectConflict(log.append(OTHER, events(1), 0n), undefined);
    });

    it('appends to a new and an existing stream alike when any revision will do, but only to an existing one when it must exist', async () => {
      expect(await log.append(STREAM, events(1), 'any')).toMatchObject({ revision: 0n });
      expect(await log.append(STREAM, events(1), 'any')).toMatchObject({ revision: 1n });
      expect(await log.append(STREAM, events(1), 'exists')).toMatchObject({ revision: 2n });

      await expectConflict(log.append(OTHER, events(1), 'exists'), undefined);
    });

    it('lets exactly one of many concurrent appends at the same revision win', async () => {
      await log.append(STREAM, events(1), 'none');
      const another = await subject.another();

      const results = await Promise.allSettled(
        Array.from({ length: 40 }, (_, index) => (index % 2 ? log : another).append(STREAM, events(2), 0n)),
      );

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(refusals.every((reason) => reason instanceof WrongExpectedRevision && reason.actual === 2n)).toBe(true);
      expect(await all(log.read(STREAM))).toHaveLength(3);
    });

    it('writes all events of an append with contiguous revisions, or nothing at all', async () => {
      await log.append(STREAM, events(5), 'none');
      const before = await all(log.readAll());
      const head = await log.head();

      await expectConflict(log.append(STREAM, events(5), 'none'), 4n);
      await expectConflict(log.append(OTHER, events(5), 3n), undefined);

      expect(await all(log.readAll())).toEqual(before);
      expect(await log.head()).toEqual(head);
      await expect(all(log.read(OTHER))).rejects.toThrow(StreamNotFound);
      expect(before.map(({ revision }) => revision)).toEqual([0n, 1n, 2n, 3n, 4n]);
    });

    it('takes an append of no events for what it is: nothing', async () => {
      const { position } = await log.append(STREAM, events(2), 'none');

      expect(await log.append(STREAM, [], 1n)).toEqual({ revision: 1n, position, repeated: false });
      expect(await log.append(STREAM, [], 'any')).toEqual({ revision: 1n, position, repeated: false });
      await log.append(OTHER, [], 'any');

      expect(await all(log.readAll())).toHaveLength(2);
      await expect(all(log.read(OTHER))).rejects.toThrow(StreamNotFound);
    });

    it('answers a retry with the same ids as it answered the first time and writes nothing, also later and after a restart', async () => {
      const first = events(3);
      const second = events(2);
      const original = await log.append(STREAM, first, 'none');
      const next = await log.append(STREAM, second, 2n);
      const again = { ...original, repeated: true };

      expect(await log.append(STREAM, second, 2n)).toEqual({ ...next, repeated: true });
      expect(await log.append(STREAM, first, 'none')).toEqual(again);
      await log.append(STREAM, events(4), 4n);
      expect(await log.append(STREAM, first, 'none')).toEqual(again);
      log = await subject.restart();
      expect(await log.append(STREAM, first, 'none')).toEqual(again);
      const [one, two] = await Promise.all([log.append(STREAM, second, 2n), log.append(STREAM, second, 2n)]);
      expect([one, two]).toEqual([
        { ...next, repeated: true },
        { ...next, repeated: true },
      ]);

      await expectConflict(log.append(STREAM, [first[0], ...events(1)], 'none'), 8n);
      await expectConflict(log.append(STREAM, [...second, ...events(4)], 2n), 8n);
      await expectConflict(log.append(STREAM, [...second].reverse(), 2n), 8n);
      expect(await all(log.read(STREAM))).toHaveLength(9);
    });

    it('allows the same event id in another stream', async () => {
      const same = events(1);
      await log.append(STREAM, same, 'none');

      expect(await log.append(OTHER, same, 'none')).toMatchObject({ revision: 0n, repeated: false });
      expect(await all(log.read(OTHER))).toHaveLength(1);
    });

    it('reads forwards and backwards from the start, the middle and past the end, with a limit of at least 1', async () => {
      const { position } = await log.append(STREAM, events(10), 'none');
      await log.append(OTHER, events(3), 'none');
      const revisions = async (options: Parameters<EventLog['read']>[1]) =>
        (await all(log.read(STREAM, options))).map(({ revision }) => Number(revision));
      const positions = async (options: Parameters<EventLog['readAll']>[0]) =>
        (await all(log.readAll(options))).map((event) => event.position);
      const upwards = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

      expect(await revisions({})).toEqual(upwards);
      expect(await revisions({ direction: 'backwards' })).toEqual([...upwards].reverse());
      expect(await revisions({ from: 6n })).toEqual([6, 7, 8, 9]);
      expect(await revisions({ from: 3n, direction: 'backwards' })).toEqual([3, 2, 1, 0]);
      expect(await revisions({ from: 10n })).toEqual([]);
      expect(await revisions({ from: 2n ** 63n })).toEqual([]);
      expect(await revisions({ from: 99n, direction: 'backwards', limit: 2 })).toEqual([9, 8]);
      expect(await revisions({ limit: 1 })).toEqual([0]);
      expect(await revisions({ limit: 10 })).toEqual(upwards);
      expect(await revisions({ limit: 11 })).toEqual(upwards);
      expect(await revisions({ from: 4n, limit: 3 })).toEqual([4, 5, 6]);

      const everything = await positions({});
      expect(everything).toHaveLength(13);
      expect(await positions({ direction: 'backwards' })).toEqual([...everything].reverse());
      expect(await positions({ after: position })).toEqual(everything.slice(10));
      expect(await positions({ after: position, direction: 'backwards' })).toEqual(everything.slice(0, 9).reverse());
      expect(await positions({ after: everything[3], limit: 2 })).toEqual(everything.slice(4, 6));
      expect(await positions({ after: everything.at(-1) })).toEqual([]);
      expect(await positions({ from: everything[3], limit: 1 })).toEqual([everything[3]]);
      expect(await positions({ from: position })).toEqual(everything.slice(9));
      expect(await positions({ limit: 14 })).toEqual(everything);

      for (const limit of [0, -1, 1.5, Number.NaN]) {
        await expect(revisions({ limit })).rejects.toThrow(RangeError);
        await expect(positions({ limit })).rejects.toThrow(RangeError);
      }
    });

    it('answers the reading of a missing stream with an error of its own kind', async () => {
      const missing = await all(log.read(OTHER)).catch((error) => error);

      expect(missing).toBeInstanceOf(StreamNotFound);
      expect(missing.stream).toBe(OTHER);
      await expect(log.tombstone(OTHER)).rejects.toThrow(StreamNotFound);
    });

    it('neither reads nor appends to a stream that was tombstoned, whatever is expected of it', async () => {
      await log.append(STREAM, events(3), 'none');
      await log.append(OTHER, events(2), 'none');

      await log.tombstone(STREAM);

      for (const restarted of [false, true]) {
        if (restarted) log = await subject.restart();
        await expect(all(log.read(STREAM))).rejects.toThrow(StreamTombstoned);
        for (const expected of ['any', 'none', 'exists', 2n] as const) {
          await expect(log.append(STREAM, events(1), expected)).rejects.toThrow(StreamTombstoned);
        }
        expect(await all(log.read(OTHER))).toHaveLength(2);
      }
      const { position } = await log.append(OTHER, events(1), 1n);
      expect((await all(log.readAll())).at(-1)?.position).toBe(position);
    });

    it('keeps the order of 1,000 events in one append, and refuses an oversized one whole', async () => {
      const many = events(1_000);
      const piece = Math.ceil(subject.maxAppendBytes / 10);
      const oversized = events(11).map((event) => ({ ...event, data: JSON.stringify('x'.repeat(piece)) }));

      await log.append(STREAM, many, 'none');
      const refused = await log.append(STREAM, oversized, 999n).catch((error) => error);

      expect(refused).toBeInstanceOf(AppendTooLarge);
      expect(refused.limit).toBe(subject.maxAppendBytes);
      expect(refused.bytes).toBeGreaterThan(subject.maxAppendBytes);
      expect((await all(log.read(STREAM))).map(({ id }) => id)).toEqual(many.map(({ id }) => id));
      expect(await log.append(STREAM, events(1), 999n)).toMatchObject({ revision: 1_000n });
    });

    it('gives back text in any script, control characters, emoji, long names and absent metadata as they were', async () => {
      const texts = [
        '',
        'Ærøskøbing, Þingeyri, 東京, עברית',
        '👩‍👩‍👧‍👦🏳️‍🌈 \u{10ffff}',
        '\u0000\u0001\u001f\u007f\u2028\u2029\ufeff\\"\'',
        'é is not é',
        'x'.repeat(100_000),
      ];
      const written: NewEvent[] = [
        ...texts.map((text) => ({ ...event(), data: JSON.stringify({ text }), metadata: JSON.stringify({ text }) })),
        { ...event(), data: '{"spaces" :  1.0,\n"b":2,"a":1}', metadata: '{}' },
        { ...event(), data: 'null' },
      ];
      const stream = `externalid-${'naam-ø-名-'.repeat(20)}`;

      await log.append(stream, written, 'none');

      const read = await all(log.read(stream));
      expect(read.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }))).toEqual(
        written.map(({ id, type, data, metadata }) => ({ id, type, data, metadata })),
      );
      expect(read.map((event) => event.stream)).toEqual(written.map(() => stream));
      expect(await all(log.readAll())).toEqual(read);
    });

    it('has one global order, strictly increasing and in agreement with the order of every stream', async () => {
      const another = await subject.another();
      const streams = Array.from({ length: 7 }, () => `customer-${randomUUID()}`);
      await Promise.all(
        streams.map(async (stream, index) => {
          const writer = index % 2 ? log : another;
          for (let round = 0; round < 6; round++) await writer.append(stream, events(1 + (index % 3)), 'any');
        }),
      );

      const everything = await all(log.readAll());

      expect(everything).toHaveLength(6 * (1 + 2 + 3 + 1 + 2 + 3 + 1));
      expectIncreasing(everything.map(({ position }) => position));
      for (const stream of streams) {
        const own = everything.filter((event) => event.stream === stream);
        expect(own).toEqual(await all(log.read(stream)));
        expect(own.map(({ revision }) => revision)).toEqual(own.map((_, index) => BigInt(index)));
      }
      expect((await log.head()).position).toBe(everything.at(-1)?.position);
    });

    it('follows exclusively of the starting position and never shows events of the system', async () => {
      const { position } = await log.append(STREAM, events(4), 'none');
      const last = await log.append(OTHER, events(4), 'none');

      const fromStart = await follow(log, 8);
      const fromMiddle = await follow(log, 4, { after: position });
      const next = follow(log, 1, { after: last.position });
      const { position: newest } = await log.append(OTHER, events(1), 3n);

      expect(fromStart).toEqual((await all(log.readAll())).slice(0, 8));
      expect(fromMiddle).toEqual(fromStart.slice(4));
      expect((await next).map((event) => event.position)).toEqual([newest]);
      expect(fromStart.filter(({ type, stream }) => type.startsWith('$') || stream.startsWith('$'))).toEqual([]);
    });

    it('resumes half way without losing or repeating an event', async () => {
      for (let index = 0; index < 30; index++) await log.append(`customer-${index % 4}`, events(3), 'any');
      const everything = await all(log.readAll());

      const seen: RecordedEvent[] = [];
      while (seen.length < everything.length) {
        seen.push(...(await follow(log, 1, { after: seen.at(-1)?.position, batchSize: 7 })));
        if (seen.length > 40 && seen.length < 60) log = await subject.restart();
      }

      expect(seen).toEqual(everything);
    });

    it('turns from catching up to live under concurrent writers without a gap', async () => {
      const another = await subject.another();
      const perWriter = 60;
      await log.append(STREAM, events(50), 'none');
      const following = follow(log, 50 + 4 * perWriter * 2, { batchSize: 16 });

      await Promise.all(
        [log, another, log, another].map(async (writer) => {
          const stream = `customer-${randomUUID()}`;
          for (let round = 0; round < perWriter; round++) await writer.append(stream, events(2), 'any');
        }),
      );

      expect(await following).toEqual(await all(log.readAll()));
    });

    it('hands the same events again to a handler that threw, and loses nothing with a slow one', async () => {
      await log.append(STREAM, events(20), 'none');
      const attempts: bigint[][] = [];
      const handled: RecordedEvent[] = [];
      const errors: unknown[] = [];
      const failure = new Error('not now');
      let ended: () => void;
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });

      const following = log.follow(
        async ({ events: batch }) => {
          attempts.push(batch.map(({ position }) => position));
          if (attempts.length <= 4 && attempts.length !== 2) throw failure;
          await pause(randomInt(5));
          handled.push(...batch);
          if (handled.length < 30) await log.append(OTHER, events(1), 'any');
          if (handled.length >= 30) ended();
        },
        { batchSize: 5, onError: (error) => errors.push(error) },
      );
      await end;
      await following.stop();

      expect(attempts[1]).toEqual(attempts[0]);
      expect(attempts[3]).toEqual(attempts[2]);
      expect(attempts[4]).toEqual(attempts[2]);
      expect(errors).toEqual([failure, failure, failure]);
      const everything = await all(log.readAll());
      expect(handled).toEqual(everything.slice(0, handled.length));
    });

    it('keeps revisions and positions beyond 2^53 exact on their way through JSON and back', async () => {
      const large = 2n ** 53n + 1n;
      await log.append(STREAM, events(1), 'none');
      await subject.goOnAfter?.(STREAM, large);

      const { revision, position } = await log.append(STREAM, events(2), 'any');

      if (subject.goOnAfter) expect({ revision, position }).toEqual({ revision: large + 2n, position: large + 2n });
      for (const number of [large, position]) {
        const sent = JSON.stringify({ position: formatPosition(log.id, number), revision: String(revision) });
        const received = JSON.parse(sent) as { position: string; revision: string };
        expect(parsePosition(log.id, received.position)).toBe(number);
        expect(BigInt(received.revision)).toBe(revision);
      }
      const last = await all(log.read(STREAM, { from: revision }));
      expect(last.map((event) => [event.revision, event.position])).toEqual([[revision, position]]);
      const [previous] = await all(log.readAll({ direction: 'backwards', after: position, limit: 1 }));
      expect(await follow(log, 1, { after: previous?.position })).toEqual(last);
      expect(await log.append(STREAM, events(1), revision)).toMatchObject({ revision: revision + 1n });
      expect((await log.head()).position).toBeGreaterThan(position);
    });

    it('lets recorded times step back but never the effective one, which is the same on any node and after any restart', async () => {
      for (const step of [0, 5_000, -60_000, 1_000, -5, 120_000, -1]) {
        now += step;
        await log.append(STREAM, events(2), 'any');
        await log.append(OTHER, [{ ...event(), originalRecordedAt: now + randomInt(-90_000, 90_000) }], 'any');
      }
      const effective = (from: readonly RecordedEvent[], previous?: number) => {
        let last = previous;
        return from.map((event) => {
          last = effectiveTime(event, last);
          return last;
        });
      };

      const recorded = await follow(log, 21);
      const oneGo = effective(recorded);

      const stamps = recorded.map(({ originalRecordedAt, recordedAt }) => originalRecordedAt ?? recordedAt);
      expect(stamps).not.toEqual([...stamps].sort((a, b) => a - b));
      expect(oneGo).toEqual([...oneGo].sort((a, b) => a - b));
      expect(oneGo.every((time, index) => time >= (stamps[index] as number))).toBe(true);
      for (const half of [1, 7, 13]) {
        const checkpoint = { after: recorded[half - 1]?.position, effective: oneGo[half - 1] };
        log = await subject.restart();
        const rest = await follow(log, 21 - half, { after: checkpoint.after });
        expect(effective(rest, checkpoint.effective)).toEqual(oneGo.slice(half));
      }
      expect(effective(await all((await subject.another()).readAll()))).toEqual(oneGo);
    });

    it('reports no outcome before it is durable, and lets a failed append or commit undo only itself', async () => {
      const another = await subject.another();
      const visible = async (stream: string) => (await all(another.read(stream))).map(({ id }) => id);
      const idsOf = (written: readonly NewEvent[]) => written.map(({ id }) => id);
      await subject.failCommitsWith?.('CommitPoisoned');
      const size = subject.failCommitsWith ? 1 : subject.maxAppendBytes;
      const poison = () => ({ ...event(), type: 'CommitPoisoned', data: JSON.stringify('x'.repeat(size)) });
      const existing = events(2);
      await log.append(STREAM, existing, 'none');

      const good = Array.from({ length: 6 }, () => ({ stream: `customer-${randomUUID()}`, written: events(3) }));
      const goodAppends = good.map(async ({ stream, written }, index) => {
        const bad = [event(), poison()];
        const failing = log.append(`customer-poisoned-${index}`, bad, 'none').then(
          () => 'written',
          () => 'failed',
        );
        const answer = await log.append(stream, written, 'none');
        expect(await visible(stream)).toEqual(idsOf(written));
        return { answer, failed: await failing };
      });
      const next = events(1);
      const [winner, conflict, repeat, poisonedExisting] = await Promise.all([
        log.append(STREAM, next, 1n),
        log.append(STREAM, events(1), 1n).catch((error: unknown) => error),
        log.append(STREAM, next, 1n).then(async (answer) => ({ answer, seen: await visible(STREAM) })),
        log.append(STREAM, [poison()], 'any').then(
          () => 'written',
          () => 'failed',
        ),
      ]);

      for (const { answer, failed } of await Promise.all(goodAppends)) {
        expect(answer).toMatchObject({ revision: 2n, repeated: false });
        expect(failed).toBe('failed');
      }
      expect(winner).toMatchObject({ revision: 2n, repeated: false });
      expect(conflict).toBeInstanceOf(WrongExpectedRevision);
      expect((conflict as WrongExpectedRevision).actual).toBe(2n);
      expect(repeat.answer).toEqual({ ...winner, repeated: true } satisfies Appended);
      expect(repeat.seen).toEqual(idsOf([...existing, ...next]));
      expect(poisonedExisting).toBe('failed');
      for (const index of good.keys()) {
        await expect(all(log.read(`customer-poisoned-${index}`))).rejects.toThrow(StreamNotFound);
      }
      const everything = await all((await subject.restart()).readAll());
      expect(everything.map(({ id }) => id).sort()).toEqual(
        idsOf([...existing, ...next, ...good.flatMap(({ written }) => written)]).sort(),
      );
      expectIncreasing(everything.map(({ position }) => position));
    });

    it('has, after its process was killed at any moment, every acknowledged event once and no append by half', async () => {
      const acknowledged: Acknowledged[] = [];
      for (let kill = 0; kill < KILLS; kill++) {
        acknowledged.push(...(await appendAndKill(subject.startAppending(), randomInt(1, 250))));

        log = await subject.restart();
        const everything = await all(log.readAll());

        const places = new Map(everything.map((event) => [`${event.stream} ${event.id}`, event]));
        expect(places.size).toBe(everything.length);
        for (const { stream, ids, revision, position } of acknowledged) {
          const found = ids.map((id) => places.get(`${stream} ${id}`));
          const last = found.at(-1);
          expect([last?.revision, last?.position]).toEqual([BigInt(revision), BigInt(position)]);
          expect(
            found.every((event, index) => event?.revision === BigInt(revision) - BigInt(ids.length - 1 - index)),
          ).toBe(true);
        }
        expectWholeAppends(everything);
      }
      expect(acknowledged.length).toBeGreaterThan(KILLS);
      // Starting processes takes long on a machine that has other things to do.
    }, 180_000);
  });
}

function event(): NewEvent {
  return { id: randomUUID(), type: 'SomethingHappened', data: JSON.stringify({ what: randomUUID() }) };
}

function events(count: number): [NewEvent, ...NewEvent[]] {
  return [event(), ...Array.from({ length: count - 1 }, event)];
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Follows until at least so many events have come and been handled, or for ever. */
async function follow(log: EventLog, count: number, options?: FollowOptions): Promise<RecordedEvent[]> {
  const seen: RecordedEvent[] = [];
  await new Promise<void>((resolve, reject) => {
    const following = log.follow(
      (batch) => {
        seen.push(...batch.events);
        if (seen.length >= count) following.stop().then(resolve, reject);
      },
      { onError: reject, ...options },
    );
  });
  return seen;
}

async function expectConflict(append: Promise<Appended>, actual: bigint | undefined): Promise<void> {
  const error = await append.then(
    (answer) => answer,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WrongExpectedRevision);
  expect((error as WrongExpectedRevision).actual).toBe(actual);
}

function expectIncreasing(positions: readonly bigint[]): void {
  const steps = positions.slice(1).map((position, index) => position > (positions[index] as bigint));
  expect(steps.every(Boolean)).toBe(true);
}

function expectWholeAppends(everything: readonly RecordedEvent[]): void {
  const appends = new Map<string, RecordedEvent[]>();
  for (const event of everything) {
    const { append } = JSON.parse(event.data) as PartOfAppend;
    appends.set(append, [...(appends.get(append) ?? []), event]);
  }
  for (const parts of appends.values()) {
    const written = parts.map(({ data }) => JSON.parse(data) as PartOfAppend);
    expect(written.map(({ index }) => index)).toEqual(Array.from({ length: written[0]?.of ?? -1 }, (_, at) => at));
    const first = parts[0] as RecordedEvent;
    expect(parts.every(({ revision }, index) => revision === first.revision + BigInt(index))).toBe(true);
  }
}

/** Lets a process append for a while after its first acknowledgement, kills it and answers what it had acknowledged. */
async function appendAndKill(child: ChildProcess, forMs: number): Promise<Acknowledged[]> {
  let output = '';
  let complaint = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout as NodeJS.EventEmitter, 'data'), closed]);
  await pause(forMs);
  child.kill('SIGKILL');
  const [, signal] = await closed;
  if (signal !== 'SIGKILL') throw new Error(`The appending process ended by itself: ${complaint}`);
  const lines = output.split('\n');
  // The last one may have been cut off by the kill.
  lines.pop();
  return lines.map((line) => JSON.parse(line) as Acknowledged);
}
