import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type FollowedBatch,
  type Following,
  type FollowOptions,
  LogUnavailable,
  type ReadAllOptions,
  type RecordedEvent,
} from '../../../src/application/ports/event-log.js';
import { DuckDbReadSide } from '../../../src/infrastructure/duckdb/duckdb-read-side.js';
import { whyNotReady } from '../../../src/infrastructure/status.js';
import { ArrayEventLog } from '../../support/array-event-log.js';
import { givenReadSide } from '../../support/read-side.js';
import { killedHistory } from './killed-history.js';

/** A log that can be lost, and from which no more than some events are heard so far. */
class FarLog extends ArrayEventLog {
  isLost = false;
  audible = Number.POSITIVE_INFINITY;

  override follow(handle: (batch: FollowedBatch) => Promise<void> | void, options: FollowOptions = {}): Following {
    let heard = Number(options.after ?? 0n);
    return super.follow(
      async (batch) => {
        while (this.isLost) {
          options.onError?.(new LogUnavailable('The line is dead.', 1));
          await pause(10);
        }
        while (heard + batch.events.length > this.audible) await pause(10);
        heard += batch.events.length;
        return handle(batch);
      },
      { ...options, batchSize: 100 },
    );
  }

  override async *readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent> {
    if (this.isLost) throw new LogUnavailable('The line is dead.', 1);
    yield* super.readAll(options);
  }
}

const history = killedHistory(2_000);
let folder: string;
let log: FarLog;
let readSide: DuckDbReadSide;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'read-side-'));
  log = new FarLog();
  log.put(...history.slice(0, 500));
  await (await givenReadSide([], { folder, log, views: [] })).close();
  readSide = DuckDbReadSide.open({
    folder,
    log,
    settings: { timeZone: 'Europe/Amsterdam', currency: 'EUR' },
    views: [],
    intervalMs: 0,
  });
});
afterEach(async () => {
  log.isLost = false;
  log.audible = Number.POSITIVE_INFINITY;
  await readSide.close();
  rmSync(folder, { recursive: true, force: true });
});

const untilState = async (wanted: string) => {
  while ((await readSide.status()).state !== wanted) await pause(10);
};

describe('A read side that was away for a while', () => {
  it('is not ready before it has been at the end of the log, and says how far it is', async () => {
    log.put(...history.slice(500));
    log.audible = 1_000;
    await readSide.start();
    await readSide.waitFor(1_000n, 300_000);

    const status = await readSide.status();

    const upTo = Date.parse('2025-01-01T00:00:00Z') + 999 * 60_000;
    expect(status).toMatchObject({
      state: 'catching-up',
      lag: 1_000n,
      behind: undefined,
      catchingUp: { percent: 50, events: 500, recordedAt: upTo, secondsLeft: expect.any(Number) },
    });
    expect(whyNotReady(status)).toMatch(
      /^The read side is catching up with what was recorded while it was away: 50% of the log, 500 events, up to 2025-01-01T16:39:00\.000Z; about \d+ s to go\.$/,
    );
    log.audible = Number.POSITIVE_INFINITY;
    await untilState('live');
    expect(whyNotReady(await readSide.status())).toBeUndefined();
  });

  it('stays ready once it has been there, whatever is recorded or lost later', async () => {
    await readSide.start();
    await untilState('live');

    log.audible = 500;
    log.put(...history.slice(500));

    expect(await readSide.status()).toMatchObject({ state: 'live', lag: 1_500n });
    expect(whyNotReady(await readSide.status())).toBeUndefined();
  });

  it('keeps what it has when the log can not be asked whether it is right', async () => {
    log.isLost = true;
    await expect(readSide.start()).rejects.toThrow(LogUnavailable);

    log.isLost = false;
    await readSide.start();

    await untilState('live');
    expect((await readSide.status()).generation).toBe(1);
  });

  it('says since when it has not heard the log, until it hears it again', async () => {
    await readSide.start();
    await untilState('live');
    expect(readSide.behind()).toBeUndefined();

    log.isLost = true;
    log.put(history[500]!);
    while (!readSide.behind()) await pause(10);

    const { since } = readSide.behind()!;
    await pause(20);
    expect(readSide.behind()).toEqual({ since, reason: 'The line is dead.' });
    expect((await readSide.status()).state).toBe('live');
    log.isLost = false;
    while (readSide.behind()) await pause(10);
    expect(await readSide.waitFor(501n, 300_000)).toBe(true);
  });
});
