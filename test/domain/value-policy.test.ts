import { given, happened, now } from '../support/given.js';

const thresholds = { a: '0.01', b: '0.05', c: '0.2' };
const elements = [
  { group: 'events', weights: [{ element: 'strategic value', weight: 2 }] },
  { weights: [{ element: 'relationship quality', weight: '1.5' }] },
];
const told = given([], 'policy-value');
const set = (more: object) => told.when('SetValuePolicy', { thresholds, ...more });

describe('a value policy', () => {
  it('says of nothing that it was not told', () => {
    set({}).thenEvents(happened('ValuePolicySet', { thresholds, validFrom: '2026-06-15' }, now));
  });

  it('says how customers are ranked, scored and valued', () => {
    set({
      pyramidBy: 'contribution',
      thresholdsOf: 'cumulativeRevenue',
      elements,
      discountRate: 0.08,
      horizonYears: 0,
      minimumRepeaters: 500,
      validFrom: '2026-01-01',
    }).thenEvents(
      happened(
        'ValuePolicySet',
        {
          thresholds,
          pyramidBy: 'contribution',
          thresholdsOf: 'cumulativeRevenue',
          elements: [
            { group: 'events', weights: [{ element: 'strategic value', weight: '2' }] },
            { weights: [{ element: 'relationship quality', weight: '1.5' }] },
          ],
          discountRate: '0.08',
          horizonYears: 0,
          minimumRepeaters: 500,
          validFrom: '2026-01-01',
        },
        now,
      ),
    );
  });

  it('by score has elements, and may have scores as its thresholds, falling', () => {
    const byScore = { pyramidBy: 'score', elements };
    set({ pyramidBy: 'score' }).thenRefused('elements-needed', 'elements');
    set(byScore).thenRecorded();
    const scores = (a: number, b: number, c: number) =>
      set({ ...byScore, thresholdsOf: 'score', thresholds: { a, b, c } });
    scores(8, 6.5, 4).thenRecorded();
    scores(6, 8, 4).thenRefused('thresholds-not-falling', 'thresholds.b');
    scores(8, 4, 6).thenRefused('thresholds-not-falling', 'thresholds.c');
    scores(11, 6, 4).thenInvalid('thresholds.a');
    set({ thresholdsOf: 'score' }).thenRefused('thresholds-of-scores', 'thresholdsOf');
  });

  it('otherwise has shares as its thresholds, rising', () => {
    set({ thresholds: { a: 0.01, b: 0.05, c: 2 } }).thenRefused('threshold-no-share', 'thresholds.c');
    set({ thresholds: { a: 0.01, b: 0.5, c: 0.2 } }).thenRefused('thresholds-not-rising', 'thresholds.c');
  });

  it('weighs each element of a group once', () => {
    const [, others] = elements;
    set({ elements: [others, { ...others, group: '*' }] }).thenRefused('told-twice', 'elements.1');
    const twice = { element: 'learning value', weight: 1 };
    set({ elements: [{ weights: [twice, twice] }] }).thenRefused('told-twice', 'elements.0.weights.1');
    set({ elements: [{ weights: [{ ...twice, weight: 0 }] }] }).thenInvalid('elements.0.weights.0.weight');
    set({ elements: [] }).thenInvalid('elements');
  });

  it('discounts and looks ahead within bounds', () => {
    set({ discountRate: 1.1 }).thenInvalid('discountRate');
    set({ horizonYears: 31 }).thenInvalid('horizonYears');
    set({ minimumRepeaters: 0 }).thenInvalid('minimumRepeaters');
  });
});
