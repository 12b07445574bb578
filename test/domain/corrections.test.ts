import { given, happened, now, registered, self, uuid } from '../support/given.js';

const visitId = uuid(30);
const data = { visitId, heldBy: ['anna'], contactPersons: [], orderIds: [], topics: [] };
const visit = happened('VisitLogged', data, '2026-03-01T09:00:00.000Z');
const reason = 'Typed in wrongly.';

const correction = (targetEventId: string, replacement: Record<string, unknown>, occurredAt = visit.occurredAt) =>
  happened('EventCorrected', {
    targetEventId,
    replacement: { type: 'VisitLogged', schemaVersion: 1, occurredAt, data: replacement },
    reason,
  });

describe('a correction', () => {
  it('replaces an event in full, at the time it had unless told otherwise', () => {
    const told = given([registered, visit]);
    const replacement = { ...data, heldBy: ['bram'] };
    told
      .when('CorrectEvent', { targetEventId: told.idOf(1), replacement: { data: replacement }, reason })
      .thenEvents({ ...correction(told.idOf(1), replacement), occurredAt: now });
    told
      .when('CorrectEvent', {
        targetEventId: told.idOf(1),
        replacement: { occurredAt: '2026-03-02T10:00:00+01:00', data: replacement },
        reason,
      })
      .thenEvents({ ...correction(told.idOf(1), replacement, '2026-03-02T09:00:00.000Z'), occurredAt: now });
  });

  it('is of an event that is there', () => {
    given([registered])
      .when('CorrectEvent', { targetEventId: uuid(5), replacement: { data }, reason })
      .thenUnknown();
  });

  it('is of the latest version, and says which that is', () => {
    const plain = given([registered, visit]);
    const corrected = given([registered, visit, correction(plain.idOf(1), { ...data, heldBy: ['bram'] })]);
    corrected
      .when('CorrectEvent', { targetEventId: plain.idOf(1), replacement: { data }, reason })
      .thenRefused('already-superseded', 'targetEventId');
    corrected.when('CorrectEvent', { targetEventId: corrected.idOf(2), replacement: { data }, reason }).thenRecorded();
  });

  it('does not undo a retraction, nor a merge', () => {
    const plain = given([registered, visit]);
    const retracted = given([registered, visit, happened('EventRetracted', { targetEventId: plain.idOf(1), reason })]);
    retracted.when('RetractEvent', { targetEventId: retracted.idOf(2), reason }).thenRefused('not-correctable');
    retracted.when('RetractEvent', { targetEventId: plain.idOf(1), reason }).thenRefused('already-superseded');
    const merged = given([registered, happened('CustomersMerged', { survivorId: self, mergedIds: [uuid(2)] })]);
    merged.when('RetractEvent', { targetEventId: merged.idOf(1), reason }).thenRefused('not-correctable');
  });

  it('has the shape of the event that it replaces', () => {
    const told = given([registered, visit]);
    const correct = (replacement: Record<string, unknown>, occurredAt?: string) =>
      told.when('CorrectEvent', {
        targetEventId: told.idOf(1),
        replacement: { data: replacement, occurredAt },
        reason,
      });
    correct({ ...data, durationMinutes: '90', colour: 'red' }).thenInvalid(
      'replacement.data.durationMinutes',
      'replacement.data.colour',
    );
    correct({ ...data, visitId: uuid(31) }).thenRefused('another-thing', 'replacement.data.visitId');
    correct(data, '2026-02-30T09:00:00Z').thenInvalid('replacement.occurredAt');
    correct(data, '2026-06-15T10:06:00Z').thenRefused('in-the-future', 'replacement.occurredAt');
  });

  it('must leave a history that holds', () => {
    const agreed = (validFrom: string, agreementId: string, validTo?: string) =>
      happened('DiscountAgreed', { agreementId, scope: { kind: 'all' }, rate: '0.1', validFrom, validTo });
    const told = given([registered, agreed('2026-01-01', uuid(60), '2026-04-01'), agreed('2026-04-01', uuid(61))]);
    const until = (validTo: string) => ({ data: agreed('2026-01-01', uuid(60), validTo).data });
    told
      .when('CorrectEvent', { targetEventId: told.idOf(1), replacement: until('2026-05-01'), reason })
      .thenRefused('agreement-overlaps', 'targetEventId');
    told.when('CorrectEvent', { targetEventId: told.idOf(1), replacement: until('2026-03-01'), reason }).thenRecorded();
  });

  it('can not move a visit behind the end of the customer', () => {
    const ended = happened('CustomerEnded', { initiator: 'us' }, '2026-04-01T09:00:00.000Z');
    const told = given([registered, visit, ended]);
    const move = (occurredAt: string) =>
      told.when('CorrectEvent', { targetEventId: told.idOf(1), replacement: { data, occurredAt }, reason });
    move('2026-04-02T09:00:00.000Z').thenRefused('customer-ended');
    move('2026-03-31T09:00:00.000Z').thenRecorded();
  });

  it('can not flag a return', () => {
    const placed = happened('OrderPlaced', {
      orderId: uuid(50),
      currency: 'EUR',
      lines: [{ sku: 'A', quantity: '1', net: 1 }],
    });
    const returned = {
      returnId: uuid(51),
      orderId: uuid(50),
      currency: 'EUR',
      lines: [{ sku: 'A', quantity: '1', net: 1 }],
    };
    const told = given([registered, placed, happened('OrderLineReturned', returned)]);
    told
      .when('CorrectEvent', {
        targetEventId: told.idOf(2),
        replacement: { data: { ...returned, flags: ['exceedsOrdered'] } },
        reason,
      })
      .thenRefused('flags-reserved');
    told
      .when('CorrectEvent', {
        targetEventId: told.idOf(2),
        replacement: { data: { ...returned, lines: [{ sku: 'A', quantity: '2', net: 1 }] } },
        reason,
      })
      .thenRefused('return-exceeds-ordered', 'replacement.data.lines.0.quantity');
  });
});

describe('a retraction', () => {
  it('withdraws an event', () => {
    const told = given([registered, visit]);
    told
      .when('RetractEvent', { targetEventId: told.idOf(1), reason })
      .thenEvents(happened('EventRetracted', { targetEventId: told.idOf(1), reason }, now));
  });

  it('is refused while something builds on the event', () => {
    const told = given([
      registered,
      visit,
      happened('PromiseMade', { promiseId: uuid(40), what: 'Call' }),
      happened('PromiseKept', { promiseId: uuid(40) }),
    ]);
    told.when('RetractEvent', { targetEventId: told.idOf(0), reason }).thenRefused('built-upon');
    told.when('RetractEvent', { targetEventId: told.idOf(2), reason }).thenRefused('unknown-promise');
    told.when('RetractEvent', { targetEventId: told.idOf(3), reason }).thenRecorded();
    const alone = given([registered]);
    alone.when('RetractEvent', { targetEventId: alone.idOf(0), reason }).thenRecorded();
  });

  it('frees what the event stood in the way of', () => {
    const ended = happened('CustomerEnded', { initiator: 'us' }, '2026-04-01T09:00:00.000Z');
    const plain = given([registered, ended]);
    plain.when('LogVisit', {}).thenRefused('customer-ended');
    given([registered, ended, happened('EventRetracted', { targetEventId: plain.idOf(1), reason })])
      .when('LogVisit', {})
      .thenRecorded();
  });

  it('is possible of people and policies, too', () => {
    const rep = given(
      [
        happened('RepRegistered', { repId: 'anna', name: 'Anna' }),
        happened('RepLeft', { repId: 'anna', leftOn: '2026-05-01' }),
      ],
      'rep-anna',
    );
    rep.when('RetractEvent', { targetEventId: rep.idOf(1), reason }).thenRecorded();
    const rates = given(
      [happened('ExchangeRateSet', { from: 'USD', to: 'EUR', rate: '0.9', validFrom: '2026-01-01' })],
      'policy-exchange-rates',
    );
    rates
      .when('CorrectEvent', {
        targetEventId: rates.idOf(0),
        replacement: { data: { from: 'USD', to: 'EUR', rate: '0.91', validFrom: '2026-01-01' } },
        reason,
      })
      .thenRecorded();
  });
});

describe('a history recorded under milder rules', () => {
  it('may still be corrected where it breaks no further rule', () => {
    const twice = happened('CustomerEnded', { initiator: 'us' }, '2026-04-01T09:00:00.000Z');
    const told = given([registered, visit, twice, twice]);
    told
      .when('CorrectEvent', { targetEventId: told.idOf(1), replacement: { data: { ...data, heldBy: [] } }, reason })
      .thenRecorded();
  });
});
