import { partIdFor } from '../../src/domain/ids.js';
import { given, happened, now, registered, uuid } from '../support/given.js';

const planned = happened('VisitPlanned', { visitId: uuid(30), window: { from: '2026-06-01', to: '2026-06-12' } });

describe('a visit', () => {
  it('is logged with the promises made and the wallet estimated in it', () => {
    const visitId = uuid(30);
    given([registered])
      .when(
        'LogVisit',
        {
          heldBy: ['anna'],
          topics: ['autumn'],
          notes: 'Wants samples.',
          promises: [{ what: 'Send samples', owner: 'anna', dueOn: '2026-06-20' }],
          wallet: { category: 'pens', annualSpend: 500_000, ourShare: 0.25 },
        },
        { id: visitId },
      )
      .thenEvents(
        happened(
          'VisitLogged',
          { visitId, heldBy: ['anna'], contactPersons: [], orderIds: [], topics: ['autumn'], notes: 'Wants samples.' },
          now,
        ),
        happened(
          'PromiseMade',
          {
            promiseId: partIdFor(visitId, 'promise', 0),
            what: 'Send samples',
            owner: 'anna',
            dueOn: '2026-06-20',
            visitId,
          },
          now,
        ),
        happened('WalletEstimated', { category: 'pens', annualSpend: 500_000, currency: 'EUR', ourShare: '0.25' }, now),
      );
  });

  it('is recorded with all that came up in it, or not at all', () => {
    given([registered])
      .when('LogVisit', {
        promises: [
          { id: uuid(31), what: 'A' },
          { id: uuid(31), what: 'B' },
        ],
      })
      .thenRefused('promise-already-made', 'promises.1.id');
    given([registered])
      .when('LogVisit', { wallet: { category: 'pens', annualSpend: -1 } })
      .thenInvalid('annualSpend');
  });

  it('that was planned is held, rescheduled or not held: one of them', () => {
    const held = happened('VisitLogged', {
      visitId: uuid(30),
      heldBy: [],
      contactPersons: [],
      orderIds: [],
      topics: [],
    });
    const window = { from: '2026-06-20', to: '2026-06-30' };
    given([registered, planned])
      .when('LogVisit', { visitId: uuid(30) })
      .thenRecorded();
    given([registered, planned, held])
      .when('LogVisit', { visitId: uuid(30) })
      .thenRefused('visit-already-logged');
    given([registered, planned, held])
      .when('RescheduleVisit', { visitId: uuid(30), window })
      .thenRefused('visit-already-logged');
    const missed = happened('VisitNotHeld', { visitId: uuid(30), why: 'missed' });
    given([registered, planned, missed])
      .when('LogVisit', { visitId: uuid(30) })
      .thenRefused('visit-not-held');
    given([registered])
      .when('LogVisit', { visitId: uuid(30) })
      .thenRefused('unknown-visit', 'visitId');
    given([registered])
      .when('RecordVisitNotHeld', { visitId: uuid(30), why: 'missed' })
      .thenRefused('unknown-visit');
  });

  it('is not planned in a window that ends before it begins', () => {
    given([registered])
      .when('PlanVisit', { window: { from: '2026-06-12', to: '2026-06-01' } })
      .thenRefused('window-backwards', 'window.to');
  });
});

describe('a promise', () => {
  const made = happened('PromiseMade', { promiseId: uuid(40), what: 'Send samples' });

  it('is kept or broken once', () => {
    given([registered, made])
      .when('KeepPromise', { promiseId: uuid(40) })
      .thenEvents(happened('PromiseKept', { promiseId: uuid(40) }, now));
    const kept = happened('PromiseKept', { promiseId: uuid(40) });
    given([registered, made, kept])
      .when('KeepPromise', { promiseId: uuid(40) })
      .thenRefused('promise-already-settled');
    given([registered, made, kept])
      .when('BreakPromise', { promiseId: uuid(40) })
      .thenRefused('promise-already-settled');
  });

  it('has to be known', () => {
    given([registered])
      .when('KeepPromise', { promiseId: uuid(40) })
      .thenRefused('unknown-promise', 'promiseId');
  });
});

describe('an interaction', () => {
  it('counts toward the contact scheme unless told otherwise', () => {
    const data = {
      interactionId: uuid(99),
      direction: 'outbound',
      heldBy: [],
      contactPersons: [],
      orderIds: [],
    } as const;
    const told = given([registered]);
    const at = (channel: 'phone' | 'newsletter', countsTowardScheme: boolean) =>
      happened(
        'InteractionLogged',
        { ...data, heldBy: [], contactPersons: [], orderIds: [], channel, countsTowardScheme },
        now,
      );
    told.when('LogInteraction', { channel: 'phone' }).thenEvents(at('phone', true));
    told.when('LogInteraction', { channel: 'newsletter' }).thenEvents(at('newsletter', true));
    told
      .when('LogInteraction', { channel: 'newsletter', countsTowardScheme: false })
      .thenEvents(at('newsletter', false));
  });
});

describe('a contact scheme', () => {
  const line = { ourRole: 'accountManager', channel: 'visit', timesPerYear: 4 } as const;

  it('is drawn up first and adjusted afterwards', () => {
    const data = { lines: [{ ...line, earliestPct: 70, latestPct: 100 }], validFrom: '2026-06-15', reason: 'Growing.' };
    given([registered])
      .when('DrawUpContactScheme', { lines: [line], reason: 'Growing.' })
      .thenEvents(happened('ContactSchemeDrawnUp', data, now));
    given([registered, happened('ContactSchemeDrawnUp', data)])
      .when('DrawUpContactScheme', { lines: [line], reason: 'Growing.' })
      .thenEvents(happened('ContactSchemeAdjusted', data, now));
  });

  it('names only persons whom the customer has', () => {
    given([registered])
      .when('DrawUpContactScheme', { lines: [{ ...line, theirPerson: uuid(20) }], reason: 'Growing.' })
      .thenRefused('unknown-contact-person', 'lines.0.theirPerson');
  });
});
