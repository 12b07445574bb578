import type { SetVisitFrequency } from '../../domain/policies.js';
import type { ToldSchemeLine } from '../../domain/scheme.js';
import type { Segment } from '../../domain/shapes.js';
import type { ToldValuePolicy } from '../../domain/value-policy.js';

/** Whom the made-up wholesaler meets how often, in its own words; a line is known by our role and the channel. */
type Line = Omit<ToldSchemeLine, 'ourPerson' | 'theirPerson'>;

const visitsBy = (timesPerYear: number, theirLayer?: Line['theirLayer']): Line => ({
  ourRole: 'accountManager',
  channel: 'visit',
  timesPerYear,
  ...(theirLayer ? { theirLayer } : {}),
});
const callsBy = (timesPerYear: number): Line => ({ ourRole: 'insideSales', channel: 'call', timesPerYear });

export type Frequencies = Readonly<Record<Segment, readonly Line[]>>;

/** As it was decided at the start, and as it is from 2025 on: C had been promised more visits than anybody could make. */
export const AT_FIRST: Frequencies = {
  A: [
    visitsBy(10, 'tactical'),
    { ourRole: 'management', theirLayer: 'strategic', channel: 'visit', timesPerYear: 2 },
    callsBy(12),
  ],
  B: [visitsBy(5), callsBy(6)],
  C: [visitsBy(6), callsBy(2)],
  D: [visitsBy(1)],
};
export const FROM_2025: Frequencies = { ...AT_FIRST, C: [visitsBy(4), callsBy(2)] };

export function asTold(frequencies: Frequencies, segments: readonly Segment[]): SetVisitFrequency['segments'] {
  return segments.map((segment) => ({ segment, lines: frequencies[segment] }));
}

/** The pyramid of the house. */
export const VALUE_AT_FIRST: ToldValuePolicy = { thresholds: { a: '0.01', b: '0.05', c: '0.2' } };
/** Since 2025 it also says how expected value is worked out, and what a customer is scored by. */
export const VALUE_FROM_2025: ToldValuePolicy = {
  ...VALUE_AT_FIRST,
  discountRate: '0.08',
  horizonYears: 5,
  minimumRepeaters: 250,
  elements: [
    {
      weights: [
        { element: 'relationship quality', weight: '3' },
        { element: 'strategic value', weight: '3' },
        { element: 'reference name', weight: '2' },
        { element: 'product knowledge', weight: '1' },
        { element: 'learning value', weight: '1' },
      ],
    },
    {
      group: 'government',
      weights: [
        { element: 'relationship quality', weight: '3' },
        { element: 'reference name', weight: '4' },
        { element: 'learning value', weight: '2' },
      ],
    },
  ],
};
