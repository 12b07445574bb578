import { z } from 'zod';
import { catalogue } from '../../src/domain/catalogue.js';
import { event, sealable, upcast, validate } from '../../src/domain/event.js';
import { Invalid } from '../../src/domain/refused.js';

/** A visit as three versions of a program wrote it: a length in hours, then in minutes, then with a list of reps. */
const visit = event(
  z.strictObject({ minutes: z.int(), heldBy: z.array(z.string()), notes: sealable(z.string().max(5)).optional() }),
  {
    version: 3,
    upcasters: {
      1: ({ hours, ...rest }) => ({ ...rest, minutes: (hours as number) * 60 }),
      2: ({ rep, ...rest }) => ({ ...rest, heldBy: [rep] }),
    },
  },
);

describe('an event of an older version', () => {
  it('is brought up to today’s version step by step, and then fits today’s schema', () => {
    const today = { minutes: 90, heldBy: ['anna'] };
    expect(upcast(visit, 1, { hours: 1.5, rep: 'anna' })).toEqual(today);
    expect(upcast(visit, 2, { minutes: 90, rep: 'anna' })).toEqual(today);
    expect(upcast(visit, 3, today)).toEqual(today);
    expect(() => validate('Visit', visit, upcast(visit, 1, { hours: 1.5, rep: 'anna' }))).not.toThrow();
  });

  it('is refused when a step is missing', () => {
    expect(() => upcast({ ...visit, upcasters: {} }, 1, {})).toThrow('no upcaster from version 1');
  });

  it('has a way up from each version before, for every event of the catalogue', () => {
    for (const [type, { version, upcasters }] of Object.entries(catalogue)) {
      const from = Array.from({ length: version - 1 }, (_, index) => String(index + 1));
      expect([type, Object.keys(upcasters)]).toEqual([type, from]);
    }
  });
});

describe('what is about to be recorded', () => {
  it('is refused with the path and the reason, also of a text that may be sealed', () => {
    const problem = (data: unknown) => {
      try {
        validate('Visit', visit, data, 'data');
        return [];
      } catch (error) {
        return (error as Invalid).errors;
      }
    };
    expect(problem({ minutes: 90, heldBy: [] })).toEqual([]);
    expect(problem({ minutes: 1.5, heldBy: [], colour: 'red' })).toEqual([
      { path: 'data.minutes', message: expect.any(String) },
      { path: 'data.colour', message: 'is not known' },
    ]);
    expect(problem({ minutes: 1, heldBy: [], notes: 'Too long' })).toEqual([
      { path: 'data.notes', message: expect.stringContaining('5') },
    ]);
  });
});

describe('the catalogue', () => {
  it('names what is personal in every event: these texts and no others are sealed', () => {
    const sealed = Object.entries(catalogue)
      .filter(([, { sealedPaths }]) => sealedPaths.length > 0)
      .map(([type, { sealedPaths }]) => `${type}: ${sealedPaths.map((path) => path.join('.')).join(' ')}`);
    expect(sealed).toEqual([
      'CustomerProfileNoted: needs.[].need interests.[] goals.[]',
      'CustomerEnded: reason',
      'CustomerReactivated: reason',
      'ContactPersonAdded: name email phone',
      'ContactPersonLeft: reason',
      'RepRegistered: name email',
      'VisitLogged: needs.[] outcome notes',
      'VisitNotHeld: reason',
      'InteractionLogged: notes',
      'PromiseMade: what',
      'PromiseBroken: reason',
      'OrderLineReturned: reason',
      'OrderCancelled: reason',
      'AgreementEnded: reason',
      'OfferAnswered: reason',
      'ReferenceGiven: outcome',
      'ReviewSeen: url',
      'CustomerScored: basis',
      'ContactSchemeDrawnUp: reason',
      'ContactSchemeAdjusted: reason',
      'SegmentAdjusted: reason',
      'SegmentationDiscarded: reason',
      'EventCorrected: reason',
      'EventRetracted: reason',
    ]);
  });
});
