import fc from 'fast-check';
import { effectiveTime } from '../../../src/application/ports/effective-time.js';

const stamps = fc.record({
  recordedAt: fc.integer({ min: 0, max: 1_000 }),
  originalRecordedAt: fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: undefined }),
});

describe('The effective recorded time', () => {
  it('is the stamp of the log, or the original one of a copied log', () => {
    expect(effectiveTime({ recordedAt: 50 })).toBe(50);
    expect(effectiveTime({ recordedAt: 50, originalRecordedAt: 20 })).toBe(20);
    expect(effectiveTime({ recordedAt: 50, originalRecordedAt: 20 }, 10)).toBe(20);
  });

  it('is that of the event before when the stamp steps back', () => {
    expect(effectiveTime({ recordedAt: 50 }, 70)).toBe(70);
    expect(effectiveTime({ recordedAt: 90, originalRecordedAt: 20 }, 70)).toBe(70);
  });

  it('is the largest stamp so far, wherever the following was interrupted', () => {
    fc.assert(
      fc.property(fc.array(stamps, { minLength: 1 }), fc.nat(), (events, cut) => {
        const all = events.map(({ recordedAt, originalRecordedAt }) => originalRecordedAt ?? recordedAt);
        const half = cut % events.length;
        const fold = (part: typeof events, start?: number) =>
          part.reduce<number | undefined>((previous, event) => effectiveTime(event, previous), start);
        expect(fold(events.slice(half), fold(events.slice(0, half)))).toBe(Math.max(...all));
      }),
    );
  });
});
