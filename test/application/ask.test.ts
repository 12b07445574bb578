import { Ask, AskHandler, type Question, ReadSideBehind } from '../../src/application/ask.js';
import { ReadSide } from '../../src/application/ports/read-side.js';
import { type Asking, closeAll, FixedClock, givenEvents, tell } from './questions/asking.js';

afterAll(closeAll);

/** Answers with the dates it was asked at. */
const dates: Question<Record<string, never>, { asOf: string; known: number }> = async ({ asOf, known }) => ({
  asOf: new Date(asOf).toISOString(),
  known: Number(known),
});

let company: Asking;
beforeAll(async () => {
  company = await givenEvents(
    tell.registered(1, '2025-01-01T00:00:00Z'),
    tell.ordered(1, 10, '2025-03-29T23:00:00Z', 100),
    tell.ordered(1, 11, '2025-03-31T21:59:59.999Z', 100),
    tell.ordered(1, 12, '2025-03-31T22:00:00Z', 100),
    // A clock that stepped back: it was recorded after the one before it all the same.
    tell.ordered(1, 13, '2025-04-02', 100, {}, { recordedAt: '2025-03-01' }),
  );
});

describe('a question', () => {
  it('left without dates is asked as of now, with all that is known', async () => {
    expect(await company.answer(dates, {})).toEqual({
      asOf: '2026-12-31T12:00:00.000Z',
      knownAt: '2025-03-31T22:00:00.000Z',
      position: 'test-5',
      data: { asOf: '2026-12-31T12:00:00.000Z', known: 5 },
    });
  });

  it('asked as of a day means up to the next midnight of the company', async () => {
    const asOf = async (text: string) => (await company.ask(dates, {}, { asOf: text })).asOf;
    expect(await asOf('2025-01-15')).toBe('2025-01-15T22:59:59.999Z');
    expect(await asOf('2025-07-15')).toBe('2025-07-15T21:59:59.999Z');
    // The day on which summer time begins has 23 hours.
    expect(await asOf('2025-03-30')).toBe('2025-03-30T21:59:59.999Z');
    expect(await asOf('2025-07-15T10:00:00+02:00')).toBe('2025-07-15T08:00:00.000Z');
    expect(await asOf('2025-07-15T10:00Z')).toBe('2025-07-15T10:00:00.000Z');
  });

  it('knows what was recorded by a day, an instant or a position', async () => {
    const known = async (knownAt: string) => (await company.ask(dates, {}, { knownAt })).known;
    expect(await known('2025-03-30')).toBe(2);
    expect(await known('2025-03-31')).toBe(3);
    expect(await known('2025-03-31T22:00:00Z')).toBe(5);
    expect(await known('2024-12-31')).toBe(0);
    expect(await known('test-2')).toBe(2);
  });

  it('says the position and the effective recorded time that it was answered for', async () => {
    expect(await company.answer(dates, {}, { knownAt: '2025-03-31' })).toMatchObject({
      knownAt: '2025-03-31T21:59:59.999Z',
      position: 'test-3',
    });
  });

  it.each([
    ['asOf', '2025-02-30', 'There is no day 2025-02-30.'],
    ['asOf', '2025-13-01', 'There is no day 2025-13-01.'],
    ['asOf', '2025-02-30T10:00:00Z', 'There is no instant 2025-02-30T10:00:00Z.'],
    ['asOf', '2025-02-20T25:00:00Z', 'There is no instant 2025-02-20T25:00:00Z.'],
    ['asOf', '2025-02-20T10:00:00', 'is neither a date (2026-03-01) nor an instant with its offset'],
    ['asOf', 'yesterday', 'is neither a date (2026-03-01) nor an instant with its offset'],
    ['asOf', '', 'is neither a date (2026-03-01) nor an instant with its offset'],
    ['knownAt', '2025-02-30', 'There is no day 2025-02-30.'],
    ['knownAt', 'other-3', 'belongs to another log'],
    ['knownAt', 'test-99', 'is past the end of the log'],
    ['atLeast', 'test-99', 'is past the end of the log'],
    ['atLeast', 'other-3', 'belongs to another log'],
    ['atLeast', '2025-01-01T00:00:00Z', 'is not a position'],
  ])('is refused with %s %s', async (path, text, message) => {
    await expect(company.ask(dates, {}, { [path]: text })).rejects.toMatchObject({
      name: 'BadWhen',
      errors: [{ path, message: expect.stringContaining(message) }],
    });
  });

  it('that has to include a position waits for it', async () => {
    const asked = await givenEvents(tell.registered(1));
    const recording = asked.record(tell.ordered(1, 10, '2025-03-01', 100));
    expect((await asked.ask(dates, {}, { atLeast: 'test-2' })).known).toBe(2);
    await recording;
  });

  it('that has to include a position which does not come in time is told so', async () => {
    const asked = await givenEvents(tell.registered(1));
    const { readSide } = asked;
    // A read side that stands still.
    const still = Object.create(readSide, {
      checkpoint: { value: () => ({ position: 0n, recordedAt: 0 }) },
      waitFor: { value: () => Promise.resolve(false) },
    }) as ReadSide;
    const handler = new AskHandler(
      still,
      asked.log,
      undefined as never,
      new FixedClock('2025-12-31T12:00:00Z'),
      asked.models,
    );
    await expect(handler.execute(new Ask(dates, {}, { atLeast: 'test-1' }))).rejects.toThrow(ReadSideBehind);
  });

  it('adds up what its figures left out, by currency', async () => {
    const leaving: Question<null, string> = async (_, __, { leaveOut }) => {
      leaveOut([{ currency: 'USD', amount: 100 }]);
      leaveOut([
        { currency: 'USD', amount: -30 },
        { currency: 'JPY', amount: 7 },
      ]);
      return 'done';
    };
    expect((await company.answer(leaving, null)).unconverted).toEqual([
      { currency: 'USD', amount: 70 },
      { currency: 'JPY', amount: 7 },
    ]);
  });
});
