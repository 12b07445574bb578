import fc from 'fast-check';
import { LocalDays } from '../../../src/infrastructure/duckdb/local-days.js';
import { type GivenReadSide, givenReadSide } from '../../support/read-side.js';

const stream = 'customer-11111111-1111-4111-8111-111111111111';
const ms = (text: string) => Date.parse(text);

let given: GivenReadSide | undefined;
afterEach(async () => {
  await given?.close();
  given = undefined;
});

const recordedAt = (...times: readonly string[]) =>
  times.map((time) => ({
    type: 'LifecycleChanged',
    at: '2025-01-01',
    stream,
    data: { lifecycle: 'prospect' },
    recordedAt: time,
  }));

describe('what was known when', () => {
  it('follows the order of the log when the clock steps back', async () => {
    given = await givenReadSide(
      recordedAt('2026-01-01T10:00:00Z', '2026-01-01T09:00:00Z', '2026-01-01T09:30:00Z', '2026-01-02T10:00:00Z'),
    );
    expect(await given.rows('SELECT recorded_at FROM event ORDER BY position')).toEqual([
      { recordedAt: '2026-01-01T10:00:00.000Z' },
      { recordedAt: '2026-01-01T10:00:00.000Z' },
      { recordedAt: '2026-01-01T10:00:00.000Z' },
      { recordedAt: '2026-01-02T10:00:00.000Z' },
    ]);
    expect(await given.readSide.knownAt(ms('2026-01-01T09:59:59.999Z'))).toBe(0n);
    expect(await given.readSide.knownAt(ms('2026-01-01T10:00:00Z'))).toBe(3n);
    expect(await given.readSide.knownAt(ms('2025-12-01T00:00:00Z'))).toBe(0n);
    expect(await given.readSide.knownAt(ms('2030-01-01T00:00:00Z'))).toBe(4n);
  });

  it('is the same after a restart between two steps of the clock', async () => {
    given = await givenReadSide(recordedAt('2026-01-01T10:00:00Z'));
    await given.record(...recordedAt('2026-01-01T08:00:00Z'));
    expect(await given.rows('SELECT max(recorded_at) AS last FROM event WHERE position = 2')).toEqual([
      { last: '2026-01-01T10:00:00.000Z' },
    ]);
    expect(given.readSide.checkpoint()).toEqual({ position: 2n, recordedAt: ms('2026-01-01T10:00:00Z') });
  });

  it('finds instants years apart', async () => {
    given = await givenReadSide(recordedAt('2019-01-01', '2021-06-01', '2026-01-01', '2026-01-02'));
    expect(await given.readSide.knownAt(ms('2020-12-31'))).toBe(1n);
    expect(await given.readSide.knownAt(ms('2025-12-31'))).toBe(2n);
    expect(await given.readSide.recordedAt(2n)).toBe(ms('2021-06-01T12:00:00Z'));
    expect(await given.readSide.recordedAt(0n)).toBe(0);
    expect(await given.readSide.recordedAt(99n)).toBe(ms('2026-01-02T12:00:00Z'));
  });

  it('the original time of a copied event counts instead of the copy’s', async () => {
    given = await givenReadSide();
    const [event] = recordedAt('2026-01-05');
    given.log.put({
      id: 'aaaaaaaa-0000-4000-8000-000000000001',
      type: event!.type,
      stream,
      revision: 0n,
      position: 1n,
      data: '{"lifecycle":"prospect"}',
      metadata: '{"schemaVersion":1,"occurredAt":"2020-01-01T00:00:00.000Z","actor":"local","source":"api"}',
      recordedAt: ms('2026-01-05'),
      originalRecordedAt: ms('2020-02-01'),
    });
    await given.readSide.ready();
    expect(given.readSide.checkpoint().recordedAt).toBe(ms('2020-02-01'));
  });
});

describe('business days', () => {
  it.each(['Europe/Amsterdam', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC'])(
    'are the same in %s whether a program or SQL asks',
    async (timeZone) => {
      given = await givenReadSide([], { timeZone, views: [] });
      const instants = fc.sample(fc.integer({ min: ms('1975-01-01'), max: ms('2035-01-01') }), 3_000);
      const aroundChanges = [2011, 2024].flatMap((year) =>
        Array.from({ length: 366 * 24 * 2 }, (_, half) => ms(`${year}-01-01`) + half * 1_800_000),
      );
      const all = [...instants, ...aroundChanges];
      const days = new LocalDays(timeZone);
      const rows = await given.rows<{ day: number }>(
        "SELECT (local_day(make_timestamp(i * 1000)) - DATE '1970-01-01')::INTEGER AS day FROM (SELECT unnest($all) AS i)",
        { all },
      );
      expect(all.map((instant) => days.dayOf(instant))).toEqual(rows.map(({ day }) => day));
    },
  );

  it('start when the clock says so', async () => {
    given = await givenReadSide([], { views: [] });
    expect(
      await given.rows("SELECT day_start(DATE '2026-07-01') AS summer, day_start(DATE '2026-01-01') AS winter"),
    ).toEqual([{ summer: '2026-06-30T22:00:00.000Z', winter: '2025-12-31T23:00:00.000Z' }]);
  });
});
