import { z } from 'zod';
import type { Decimal, Told } from './command.js';
import { compareDecimals, decimalText, optionalDecimal } from './decimal.js';
import { event } from './event.js';
import { mustDiffer, Refused } from './refused.js';
import { fraction, label, localDate, quantity } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';

/** What customers are ranked by in the pyramid; `score`: the weighted mean of their scores per value element. */
export const pyramidBy = z.enum(['revenue', 'contribution', 'score']);
export type PyramidBy = z.infer<typeof pyramidBy>;
/** What A, B and C end at: a share of the customers, a cumulative share of their net revenue, or a score. */
export const thresholdsOf = z.enum(['customers', 'cumulativeRevenue', 'score']);
export type ThresholdsOf = z.infer<typeof thresholdsOf>;

/** A share from 0 to 1 or a score from 0 to 10, up to 6 places. */
const threshold = z.string().regex(/^(\d(\.\d{1,6})?|10(\.0{1,6})?)$/);

/** The group of customers that no other group of a policy names. */
export const everyGroup = '*';

/** A policy as it is used, whole: what it leaves out has its default, not the value of an earlier policy. */
export const valuePolicy = z.strictObject({
  /** Shares at which A, B and C end, rising; of scores the lowest of A, B and C, falling. The rest is D. */
  thresholds: z.strictObject({ a: threshold, b: threshold, c: threshold }),
  /** `revenue` when left out. */
  pyramidBy: pyramidBy.optional(),
  /** `customers` when left out. */
  thresholdsOf: thresholdsOf.optional(),
  /** Value elements and their weights per group of customers, which is an industry; `*` or none is every other. */
  elements: z
    .array(
      z.strictObject({
        group: label.optional(),
        weights: z
          .array(z.strictObject({ element: label, weight: quantity }))
          .min(1)
          .max(20),
      }),
    )
    .min(1)
    .max(50)
    .optional(),
  /** A year, as a fraction. */
  discountRate: fraction.optional(),
  /** Years that expected value counts; 0 is without end. */
  horizonYears: z.int().min(0).max(30).optional(),
  /** Customers with repeat purchases from which on a purchase model is fitted; 1,000 when left out. */
  minimumRepeaters: z.int().min(1).max(100_000_000).optional(),
});
export type ValuePolicy = z.infer<typeof valuePolicy>;

export const events = {
  ValuePolicySet: event(valuePolicy.extend({ validFrom: localDate })),
};

export interface ToldValuePolicy {
  /** See `valuePolicy`. */
  readonly thresholds: { readonly a: Decimal; readonly b: Decimal; readonly c: Decimal };
  readonly pyramidBy?: PyramidBy;
  readonly thresholdsOf?: ThresholdsOf;
  readonly elements?: readonly {
    /** Every other group when left out. */
    readonly group?: string;
    readonly weights: readonly { readonly element: string; readonly weight: Decimal }[];
  }[];
  readonly discountRate?: Decimal;
  readonly horizonYears?: number;
  readonly minimumRepeaters?: number;
}

export interface SetValuePolicy extends Told, ToldValuePolicy {
  readonly validFrom?: string;
}

export interface Commands {
  SetValuePolicy: SetValuePolicy;
}

/** @throws Refused */
export function mustBePolicy(policy: ValuePolicy): void {
  const { thresholds, elements } = policy;
  const { a, b, c } = thresholds;
  const isScore = policy.thresholdsOf === 'score';
  if (isScore && policy.pyramidBy !== 'score') {
    throw new Refused('thresholds-of-scores', 'Only a pyramid by score has scores as its thresholds.', 'thresholdsOf');
  }
  if (policy.pyramidBy === 'score' && !elements) {
    throw new Refused('elements-needed', 'A score is made of elements and their weights.', 'elements');
  }
  for (const [name, value] of Object.entries(thresholds)) {
    if (!isScore && compareDecimals(value, '1') > 0) {
      throw new Refused('threshold-no-share', 'A share is at most 1.', `thresholds.${name}`);
    }
  }
  mustRunOn(isScore, ['A', a], ['B', b], 'thresholds.b');
  mustRunOn(isScore, ['B', b], ['C', c], 'thresholds.c');
  if (!elements) return;
  mustDiffer(
    elements.map(({ group }) => group ?? everyGroup),
    'elements',
  );
  elements.forEach(({ weights }, index) => {
    mustDiffer(
      weights.map(({ element }) => element),
      `elements.${index}.weights`,
    );
  });
}

type Named = readonly [name: string, threshold: string];

function mustRunOn(isScore: boolean, [before, first]: Named, [after, second]: Named, path: string): void {
  const difference = compareDecimals(first, second);
  if (isScore && difference < 0) {
    throw new Refused('thresholds-not-falling', `${after} begins above ${before}.`, path);
  }
  if (!isScore && difference > 0) {
    throw new Refused('thresholds-not-rising', `${after} ends before ${before} does.`, path);
  }
}

export const rules: Rules<typeof events, unknown> = {
  ValuePolicySet(_, { data }) {
    mustBePolicy(data);
  },
};

export const evolve: Evolve<typeof events, unknown> = { ValuePolicySet: always };

/** The policy as events hold it. */
export function policyOf(told: ToldValuePolicy): ValuePolicy {
  const { a, b, c } = told.thresholds;
  return {
    thresholds: { a: decimalText(a), b: decimalText(b), c: decimalText(c) },
    pyramidBy: told.pyramidBy,
    thresholdsOf: told.thresholdsOf,
    elements: told.elements?.map(({ group, weights }) => ({
      group,
      weights: weights.map(({ element, weight }) => ({ element, weight: decimalText(weight) })),
    })),
    discountRate: optionalDecimal(told.discountRate),
    horizonYears: told.horizonYears,
    minimumRepeaters: told.minimumRepeaters,
  };
}

export const decide: Decide<Commands, unknown, typeof events> = {
  SetValuePolicy(_, command, { occurredAt, localDay }) {
    const validFrom = command.validFrom ?? localDay(occurredAt);
    return [{ type: 'ValuePolicySet', occurredAt, data: { ...policyOf(command), validFrom } }];
  },
};
