import type { Question } from '../ask.js';
import { type ContributionEvent, contributionOfOne } from './contribution.js';
import { findCustomer } from './customer.js';
import { type Expected, expectedDefinition, expectedOfOne } from './expected-value.js';
import type { Page, Paging } from './paging.js';
import { keptBuying } from './value-model.js';

export interface ExpectedOfOneParams extends Paging {
  readonly customerId: string;
  /** Lists the events behind the contribution to date. */
  readonly explain?: boolean;
}

/** How the customer has bought before today. */
export interface BoughtBefore {
  /** Local days of the first and the last order. */
  readonly firstOn: string;
  readonly lastOn: string;
  /** Days with an order after the first one, and what those brought, minor units: what a purchase model looks at. */
  readonly repeats: number;
  readonly repeatNet: number;
  /** Whether it ordered in the last twelve months, and in the twelve before. */
  readonly boughtLately: boolean;
  readonly boughtBefore: boolean;
  /** Earlier years with an order; of those, the ones that were followed by another year with one. */
  readonly baseYears: number;
  readonly keptYears: number;
}

export interface ExpectedInputs {
  /** Of all time, minor units of the reporting currency: net revenue, what of it has a known cost, and what was contributed. */
  readonly netRevenue: number;
  readonly revenueWithoutCost: number;
  readonly contribution: number;
  /** Last day whose orders count for the years and for the models. */
  readonly until: string;
  /** Years from the first order up to and including that day, at least 1: contribution ÷ years is the contribution a year. */
  readonly years: number;
  /** Null where it had not ordered before today. */
  readonly bought: BoughtBefore | null;
}

export interface ExpectedOfOne {
  /** The one that counts: another than was asked for when that one is part of it. */
  readonly customerId: string;
  readonly currency: string;
  readonly definition: string;
  readonly expected: Expected;
  readonly inputs: ExpectedInputs;
  /** What each added to the contribution to date; over all pages they add up to it. */
  readonly events?: Page<ContributionEvent>;
}

/** What one customer is expected to bring, and what that rests on. */
export const expectedExplained: Question<ExpectedOfOneParams, ExpectedOfOne> = async (reading, params, services) => {
  const found = await findCustomer(reading, params.customerId);
  const [expected, account, buying] = await Promise.all([
    expectedOfOne(reading, found, services),
    contributionOfOne(reading, params, services),
    keptBuying(reading),
  ]);
  const [bought] = await reading.rows<BoughtBefore & { years: number }>(
    `SELECT first_on, last_on, frequency AS repeats, repeat_net, bought_lately, bought_before, base_years, kept_years,
       greatest(1.0, (CAST($until AS DATE) - first_on + 1) / 365.25) AS years
     FROM ${buying.table} WHERE customer = CAST($customer AS INTEGER)`,
    { customer: found.customer, until: buying.until },
  );
  const { years = 1, ...before } = bought ?? {};
  const { netRevenue, revenueWithoutCost, contribution } = account.contribution;
  return {
    customerId: account.customerId,
    currency: account.currency,
    definition: expectedDefinition,
    expected,
    inputs: {
      netRevenue,
      revenueWithoutCost,
      contribution,
      until: buying.until,
      years,
      bought: bought ? (before as BoughtBefore) : null,
    },
    ...(account.events && { events: account.events }),
  };
};
