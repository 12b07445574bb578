import { type GivenEvent, type GivenReadSide, givenReadSide } from '../../support/read-side.js';

const stream = 'customer-11111111-1111-4111-8111-111111111111';
const id = (number: number) => `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`;

let given: GivenReadSide | undefined;
afterEach(async () => {
  await given?.close();
  given = undefined;
});

const visit = (number: number, minutes: number): GivenEvent => ({
  id: id(number),
  type: 'VisitLogged',
  at: '2026-03-01',
  stream,
  data: { visitId: id(900), heldBy: ['anna'], contactPersons: [], orderIds: [], topics: [], durationMinutes: minutes },
});

const correction = (number: number, target: number, minutes: number, at = '2026-02-28'): GivenEvent => ({
  id: id(number),
  type: 'EventCorrected',
  at: '2026-05-01',
  stream,
  data: {
    targetEventId: id(target),
    replacement: {
      type: 'VisitLogged',
      schemaVersion: 1,
      occurredAt: `${at}T12:00:00.000Z`,
      data: visit(0, minutes).data as Record<string, unknown>,
    },
    reason: 'typing error',
  },
});

const retraction = (number: number, target: number): GivenEvent => ({
  id: id(number),
  type: 'EventRetracted',
  at: '2026-05-02',
  stream,
  data: { targetEventId: id(target), reason: 'never happened' },
});

const contacts = () =>
  given!.rows('SELECT position, superseded_position, occurred_on, minutes FROM contact ORDER BY position');

const correctedOnce = [
  { position: 1, supersededPosition: 2, occurredOn: '2026-03-01', minutes: 30 },
  { position: 2, supersededPosition: null, occurredOn: '2026-02-28', minutes: 45 },
];

describe('corrections in the read side', () => {
  it('a correction that comes later supersedes the row and stands beside it, when it really happened', async () => {
    given = await givenReadSide([visit(1, 30)]);
    await given.record(correction(2, 1, 45));
    expect(await contacts()).toEqual(correctedOnce);
  });

  it('a correction in the same batch does so too', async () => {
    given = await givenReadSide([visit(1, 30), correction(2, 1, 45)]);
    expect(await contacts()).toEqual(correctedOnce);
  });

  it('a corrected correction is superseded in its turn, and a retraction leaves nothing in force', async () => {
    given = await givenReadSide([visit(1, 30)]);
    await given.record(correction(2, 1, 45), correction(3, 2, 50));
    await given.record(retraction(4, 3));
    expect(await contacts()).toEqual([
      { position: 1, supersededPosition: 2, occurredOn: '2026-03-01', minutes: 30 },
      { position: 2, supersededPosition: 3, occurredOn: '2026-02-28', minutes: 45 },
      { position: 3, supersededPosition: 4, occurredOn: '2026-02-28', minutes: 50 },
    ]);
  });

  it('the list of events shows a correction as what it corrects, and what each of them replaces', async () => {
    given = await givenReadSide([visit(1, 30), correction(2, 1, 45)]);
    await given.record(retraction(3, 2));
    expect(
      await given.rows('SELECT position, superseded_position, replaces, type, event_id FROM event ORDER BY position'),
    ).toEqual([
      { position: 1, supersededPosition: 2, replaces: null, type: 'VisitLogged', eventId: id(1) },
      { position: 2, supersededPosition: 3, replaces: 1, type: 'VisitLogged', eventId: id(2) },
      { position: 3, supersededPosition: null, replaces: 2, type: 'EventRetracted', eventId: id(3) },
    ]);
  });

  it('what was known before a correction is still there', async () => {
    given = await givenReadSide([visit(1, 30), correction(2, 1, 45)]);
    const minutesKnownAt = (known: bigint) =>
      given!
        .reading({ known })
        .rows('SELECT minutes FROM contact WHERE known_now(position, superseded_position, $known)');
    expect(await minutesKnownAt(1n)).toEqual([{ minutes: 30 }]);
    expect(await minutesKnownAt(2n)).toEqual([{ minutes: 45 }]);
  });

  it('a correction in a stream that is no customer’s works the same', async () => {
    const policy = (number: number, rate: string): GivenEvent => ({
      id: id(number),
      type: 'ExchangeRateSet',
      at: '2026-01-01',
      stream: 'policy-exchange-rates',
      data: { from: 'USD', to: 'EUR', rate, validFrom: '2026-01-01' },
    });
    given = await givenReadSide([policy(1, '0.9')]);
    await given.record({
      ...correction(2, 1, 0),
      stream: 'policy-exchange-rates',
      data: {
        targetEventId: id(1),
        replacement: {
          type: 'ExchangeRateSet',
          schemaVersion: 1,
          occurredAt: '2026-01-01T12:00:00.000Z',
          data: policy(0, '0.95').data,
        },
        reason: 'typing error',
      },
    });
    expect(await given.rows('SELECT superseded_position, rate FROM exchange_rate ORDER BY position')).toEqual([
      { supersededPosition: 2, rate: 0.9 },
      { supersededPosition: null, rate: 0.95 },
    ]);
  });
});
