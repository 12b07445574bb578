import { BadView } from '../../../src/infrastructure/duckdb/database.js';
import { type GivenReadSide, givenReadSide } from '../../support/read-side.js';

const stream = 'customer-11111111-1111-4111-8111-111111111111';

let given: GivenReadSide | undefined;
afterEach(async () => {
  await given?.close();
  given = undefined;
});

describe('rows of an answer', () => {
  it('are plain objects in which nothing is rounded', async () => {
    given = await givenReadSide([], { views: [] });
    expect(
      await given.rows(`SELECT 1::BIGINT AS big_int, 9007199254740993::BIGINT AS too_big, sum(5::BIGINT) AS a_sum,
        1.10::DECIMAL(18,2) AS money, 12345678901234567.89::DECIMAL(38,2) AS exact, 0.5::DOUBLE AS a_double,
        TIMESTAMP '2026-03-01 09:30:00.5' AS an_instant, DATE '2026-03-01' AS a_day, true AS a_flag,
        '11111111-1111-4111-8111-111111111111'::UUID AS an_id, '{"a_b":[1]}'::JSON AS json_2, NULL AS nothing,
        ['a', NULL] AS a_list, [{first_name: 'x', born_on: DATE '2000-01-02'}] AS people, -0.05::DECIMAL(5,2) AS minus,
        'infinity'::TIMESTAMP AS never`),
    ).toEqual([
      {
        bigInt: 1,
        tooBig: 9_007_199_254_740_993n,
        aSum: 5,
        money: 1.1,
        exact: '12345678901234567.89',
        aDouble: 0.5,
        anInstant: '2026-03-01T09:30:00.500Z',
        aDay: '2026-03-01',
        aFlag: true,
        anId: '11111111-1111-4111-8111-111111111111',
        json2: { a_b: [1] },
        nothing: null,
        aList: ['a', null],
        people: [{ firstName: 'x', bornOn: '2000-01-02' }],
        minus: -0.05,
        never: null,
      },
    ]);
  });

  it('come in any number', async () => {
    given = await givenReadSide([], { views: [] });
    const rows = await given.rows<{ i: number }>('SELECT range AS i FROM range(10000) ORDER BY 1');
    expect(rows.map(({ i }) => i)).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });

  it('take parameters by name, the two dates without being given', async () => {
    given = await givenReadSide([], { views: [] });
    const reading = given.reading({ asOf: '2026-03-01', known: 7n });
    expect(
      await reading.rows(
        'SELECT $as_of AS as_of, $known AS known, $text AS text, $number AS number, $half AS half, $ids AS ids, $none AS none',
        { text: "it's", number: 3, half: 0.5, ids: ['a', 'b'], none: null },
      ),
    ).toEqual([
      { asOf: '2026-03-01T12:00:00.000Z', known: 7, text: "it's", number: 3, half: 0.5, ids: ['a', 'b'], none: null },
    ]);
    await expect(reading.rows('SELECT $forgotten')).rejects.toThrow('Parameter forgotten was not given.');
  });

  it('answer many questions at once', async () => {
    given = await givenReadSide([], { views: [] });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, number) => given!.rows<{ n: number }>('SELECT $number + 1 AS n', { number })),
    );
    expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 40 }, (_, number) => number + 1));
  });

  it.each([
    ['SELECT count(*) AS n FROM event WHERE superseded_position IS NULL', 3, 3],
    ['SELECT count(*) AS n FROM event WHERE superseded_position IS NOT NULL', 0, 1],
    ['SELECT count(*) AS n FROM event WHERE replaces IS NULL AND position <= $known', 3, 3],
    ['SELECT count(*) AS n FROM event WHERE position > 3', 0, 1],
    ["SELECT count(*) AS n FROM event WHERE type = 'LifecycleChanged'", 3, 3],
    ["SELECT count(*) AS n FROM (SELECT type FROM event UNION ALL SELECT type FROM event) WHERE type <> 'Other'", 6, 8],
    ['SELECT max(position) AS n FROM event', 3, 4],
    ['SELECT count(*) AS n FROM event e JOIN customer_lifecycle l USING (position) WHERE e.customer < 2', 3, 3],
  ])('stay right when the same question is asked again after the data have changed: %s', async (sql, before, after) => {
    const id = 'aaaaaaaa-0000-4000-8000-000000000001';
    const lifecycle = { type: 'LifecycleChanged', at: '2026-01-01', stream, data: { lifecycle: 'prospect' } };
    given = await givenReadSide([{ ...lifecycle, id }, lifecycle, lifecycle], { views: [] });
    // Each of the connections has prepared it.
    for (let reader = 0; reader < 2; reader++) {
      const answers = await Promise.all(Array.from({ length: 3 }, () => given!.rows(sql)));
      expect(answers).toEqual([[{ n: before }], [{ n: before }], [{ n: before }]]);
    }
    await given.record({ ...lifecycle, type: 'EventRetracted', data: { targetEventId: id, reason: 'x' } });
    const answers = await Promise.all(Array.from({ length: 3 }, () => given!.rows(sql)));
    expect(answers).toEqual([[{ n: after }], [{ n: after }], [{ n: after }]]);
  });

  it('cannot reach outside the read side, nor change its limits', async () => {
    given = await givenReadSide([], { views: [] });
    await expect(given.rows("SELECT * FROM read_text('/etc/hostname')")).rejects.toThrow();
    await expect(given.rows("SET memory_limit = '8GB'")).rejects.toThrow('locked');
  });
});

describe('views', () => {
  it('may call each other, whatever their names', async () => {
    given = await givenReadSide([], {
      views: [
        { name: 'a', text: 'CREATE OR REPLACE MACRO a(x) AS TABLE SELECT b(x) AS y' },
        { name: 'b', text: 'CREATE OR REPLACE MACRO b(x) AS c(x) + 1' },
        { name: 'c', text: 'CREATE OR REPLACE MACRO c(x) AS x * 10' },
      ],
    });
    expect(await given.rows('SELECT * FROM a(2)')).toEqual([{ y: 21 }]);
  });

  it('that are wrong are named', async () => {
    const opening = givenReadSide([], {
      views: [{ name: 'broken', text: 'CREATE OR REPLACE MACRO broken() AS TABLE SELEC 1' }],
    });
    await expect(opening).rejects.toThrow(/views\/broken\.sql can't be loaded/);
    await expect(opening).rejects.toBeInstanceOf(BadView);
  });
});

describe('what is kept for other questions', () => {
  const lifecycle = { type: 'LifecycleChanged', at: '2026-01-01', stream, data: { lifecycle: 'prospect' } };

  it('is computed once per key', async () => {
    given = await givenReadSide([lifecycle], { views: [] });
    const reading = given.reading();
    const sql = 'SELECT count(*) AS events FROM event WHERE position <= $known';
    const first = await reading.keep('numbers', 'until 1', sql);
    await given.record(lifecycle);
    const again = await given.reading().keep('numbers', 'until 1', sql);
    const other = await given.reading().keep('numbers', 'until 2', sql);
    expect(again).toBe(first);
    expect(await given.rows(`SELECT * FROM ${first}`)).toEqual([{ events: 1 }]);
    expect(await given.rows(`SELECT * FROM ${other}`)).toEqual([{ events: 2 }]);
  });

  it('is tried again when it failed', async () => {
    given = await givenReadSide([], { views: [] });
    const reading = given.reading();
    await expect(reading.keep('numbers', 'k', 'SELECT * FROM missing')).rejects.toThrow('missing');
    expect(await given.rows(`SELECT * FROM ${await reading.keep('numbers', 'k', 'SELECT 1 AS one')}`)).toEqual([
      { one: 1 },
    ]);
  });
});
