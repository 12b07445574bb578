import type { Question } from '../ask.js';
import { contributionDefinition, contributionOfOne } from './contribution.js';
import { findCustomer } from './customer.js';
import { type Expected, expectedDefinition, expectedOfOne } from './expected-value.js';
import { type PotentialFigures, potentialFiguresOf } from './potential.js';
import { type ReferralFigures, referralFiguresOf } from './referral-value.js';
import { type ValueOfOne, type ValueOfOneParams, valueOfOne } from './value.js';

/** Klantwaarde. Amounts in minor units of the reporting currency. */
export interface CustomerValue {
  /** What the realised part is over: local days as asked, null where it was left open. */
  readonly period: { readonly from: string | null; readonly to: string | null };
  /** Contribution to date in the period. */
  readonly realised: number;
  readonly expected: Expected;
  /** realised + expected.value; null where that can't be told. */
  readonly total: number | null;
  readonly definition: string;
}

export interface WorthOfOne extends ValueOfOne {
  readonly customerValue: CustomerValue;
  /** Beside the customer value, never in it. */
  readonly referralValue: ReferralFigures;
  /** Likewise: what there is to win, as far as somebody estimated it. */
  readonly potential: PotentialFigures;
}

export const customerValueDefinition =
  'Customer value (klantwaarde) = realised (contribution to date in the period) + expected value to its horizon; referral ' +
  'value and potential stand beside it. ';

/** What one customer has been worth over a period or in all, what it will still bring, and what it brings through others. */
export const worthOfOne: Question<ValueOfOneParams, WorthOfOne> = async (reading, params, services) => {
  const found = await findCustomer(reading, params.customerId);
  const { customerId, from, to } = params;
  // The value tells what was left out of the figures; of the rest nothing else is.
  const [value, { contribution }, expected, referral, potential] = await Promise.all([
    valueOfOne(reading, params, { ...services, leaveOut: () => {} }),
    contributionOfOne(reading, { customerId, ...(from && { from }), ...(to && { to }) }, services),
    expectedOfOne(reading, found, services),
    referralFiguresOf(reading, found.customer),
    potentialFiguresOf(reading, found),
  ]);
  const realised = contribution.contribution;
  return {
    ...value,
    customerValue: {
      period: { from: from ?? null, to: to ?? null },
      realised,
      expected,
      total: expected.value === null ? null : realised + expected.value,
      definition: `${customerValueDefinition}${contributionDefinition} ${expectedDefinition}`,
    },
    referralValue: referral,
    potential,
  };
};
