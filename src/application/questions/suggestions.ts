import type { OfferKind } from '../../domain/offers.js';
import { BadQuestion, type Question, type Unconverted } from '../ask.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { findCustomer } from './customer.js';
import type { OfferState } from './offers.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';

/** What is suggested: product groups or articles. */
export const suggestionLevels = ['productGroup', 'sku'] as const;
export type SuggestionLevel = (typeof suggestionLevels)[number];

/** Fewer buyers of anything than this say nothing about anybody. */
const fewestBuyers = 30;
/** Fewer buyers of both than this don't make a rule. */
const fewestTogether = 5;
/** Of what the customer buys, that of which it buys most. */
const mostPremises = 20;

export interface SuggestionsParams extends Paging {
  readonly customerId: string;
  /** `productGroup` when left out. */
  readonly level?: SuggestionLevel;
  /** Buyers that there have to be; 30 when left out. */
  readonly minimumBuyers?: number;
  /** Buyers of both that a rule has to rest on; 5 when left out. */
  readonly minimumTogether?: number;
}

/** "Who buys `because` buys this": shares are fractions with six places. */
export interface Rule {
  /** What the customer buys, as those do that count as similar. */
  readonly because: string;
  /** Customers that buy both, and those that buy `because`: they are the similar ones. */
  readonly together: number;
  readonly similar: number;
  /** together ÷ all buyers. */
  readonly support: number;
  /** together ÷ similar. */
  readonly confidence: number;
  /** confidence ÷ share of all buyers that buy this. */
  readonly lift: number;
  /**
   * What it would be worth a year if the customer bought it as they do: its own revenue of `because` times the median of
   * theirs of this per theirs of `because`. Minor units of the reporting currency.
   */
  readonly yearly: number;
}

/** Bought before, and not any more by the customer's own rhythm. */
export interface StoppedBuying {
  readonly firstBoughtOn: string;
  readonly lastBoughtOn: string;
  /** Days on which it was bought. */
  readonly purchases: number;
  /** Days between two of them: the median, the longest, and those since the last one. */
  readonly medianGap: number;
  readonly longestGap: number;
  readonly daysSince: number;
  /** Net revenue of the twelve months up to the last purchase, minor units of the reporting currency. */
  readonly yearly: number;
}

export interface Suggestion {
  /** Product group or article. */
  readonly item: string;
  /** What it may be worth a year: what it was worth where it was bought before, else confidence × yearly of the rule. */
  readonly worth: number;
  /** Null where customers like this one give no reason for it. */
  readonly similarBuy: Rule | null;
  /** Null where it was not bought, or still is. */
  readonly stopped: StoppedBuying | null;
  /** The last offer of it that was made to the customer. */
  readonly offered: {
    readonly offerId: string;
    readonly kind: OfferKind;
    readonly state: OfferState;
    readonly madeOn: string;
  } | null;
}

export interface Suggestions extends Page<Suggestion> {
  readonly customerId: string;
  readonly currency: string;
  readonly definition: string;
  readonly level: SuggestionLevel;
  /** Customers with net revenue of anything in the twelve months: what the rules are drawn from. */
  readonly buyers: number;
  /** Why there are no rules: nothing is then said of what similar customers buy. */
  readonly why: string | null;
}

export const suggestionsDefinition =
  'What similar customers buy: association rules with one premise (Agrawal, Imielinski & Swami 1993) over what customers ' +
  'bought and kept in the twelve months up to and including the day of asOf. Similar are those that buy the same: of the ' +
  `product groups or articles that this customer buys, the ${mostPremises} with most revenue are looked at, and of each ` +
  'suggestion the rule with the highest confidence is shown; its lift is above 1. What it stopped buying: bought on three ' +
  'days at least, and now not for more than twice the median of its own gaps and for longer than ever before. Worth most first.';

/** @throws BadQuestion */
function whole(path: 'minimumBuyers' | 'minimumTogether', value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new BadQuestion(path, 'must be a whole number from 1');
  return value;
}

/** Kept table: see the view basket. */
export async function keptBaskets(reading: Reading, level: SuggestionLevel): Promise<string> {
  const [state] = await reading.rows<{ position: number; occurredAt: string | null }>(
    'FROM revenue_state($as_of, $known)',
  );
  return reading.keep(
    `basket_${level === 'sku' ? 'of_articles' : 'of_groups'}`,
    [localDay(reading.asOf, reading.timeZone), state?.position, state?.occurredAt].join('/'),
    `FROM basket($as_of, $known, '${level}')`,
  );
}

const order = (level: SuggestionLevel) => `suggestions/${level}`;

/** What one might offer a customer: what similar ones buy, and what it stopped buying. */
export const suggestions: Question<SuggestionsParams, Suggestions> = async (reading, params, { leaveOut }) => {
  const { level = 'productGroup' } = params;
  const least = whole('minimumBuyers', params.minimumBuyers ?? fewestBuyers);
  const together = whole('minimumTogether', params.minimumTogether ?? fewestTogether);
  const limit = limitOf(params);
  const place = readCursor(params, order(level));
  const { customer, customerId, members } = await findCustomer(reading, params.customerId);
  const baskets = await keptBaskets(reading, level);
  const [[base], unconverted] = await Promise.all([
    reading.rows<{ buyers: number; own: number }>(
      `SELECT count(DISTINCT customer) AS buyers, count(*) FILTER (WHERE customer = CAST($customer AS INTEGER)) AS own
       FROM ${baskets}`,
      { customer },
    ),
    reading.rows<Unconverted>(
      `FROM unconverted_amounts($as_of, $known, CAST(local_day($as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE),
         CAST(local_day($as_of) + 1 AS DATE))`,
    ),
  ]);
  if (!base) throw new Error('An aggregate without groups gave no row.');
  leaveOut(unconverted);
  const why = whyNoRules(base, least);
  const rules = `association('${baskets}', CAST($customer AS INTEGER), ${mostPremises}, CAST($together AS BIGINT))`;
  const rows = await reading.rows<Suggestion>(
    `WITH
       rule AS MATERIALIZED (FROM ${rules} ${why === null ? '' : 'WHERE false'}),
       stopped AS MATERIALIZED (FROM stopped_buying($as_of, $known, CAST($members AS INTEGER[]), '${level}')),
       suggested AS (
         SELECT coalesce(rule.item, stopped.item) AS item,
           CAST(coalesce(stopped.yearly, round(rule.yearly * rule.pair_buyers / rule.because_buyers)) AS BIGINT) AS worth,
           CASE WHEN rule.item IS NOT NULL THEN {
             'because': because, 'together': pair_buyers, 'similar': because_buyers, 'support': support,
             'confidence': confidence, 'lift': lift, 'yearly': rule.yearly
           } END AS similar_buy,
           CASE WHEN stopped.item IS NOT NULL THEN {
             'first_bought_on': first_on, 'last_bought_on': last_on, 'purchases': purchases, 'median_gap': median_gap,
             'longest_gap': longest_gap, 'days_since': days_since, 'yearly': stopped.yearly
           } END AS stopped
         FROM rule FULL JOIN stopped ON stopped.item = rule.item
       ),
       offered AS (
         SELECT item, arg_max({'offer_id': offer_id, 'kind': kind, 'state': state, 'made_on': made_on},
           latest_key(true, occurred_at, position)) AS offered
         FROM (
           SELECT *, category_key(${level === 'sku' ? 'sku' : 'product_group'}) AS item
           FROM offer_state($as_of, $known)
           WHERE customer = CAST($customer AS INTEGER)
         )
         GROUP BY item
       )
     SELECT suggested.item, worth, similar_buy, stopped, offered
     FROM suggested LEFT JOIN offered ON offered.item = category_key(suggested.item)
     ${place ? 'WHERE worth < $place OR (worth = $place AND suggested.item > $item)' : ''}
     ORDER BY worth DESC, suggested.item
     LIMIT CAST($limit AS BIGINT) + 1`,
    { customer, members, together, limit, place: place?.[0], item: place?.[1] },
  );
  return {
    customerId,
    currency: reading.currency,
    definition: suggestionsDefinition,
    level,
    buyers: base.buyers,
    why,
    ...pageOf(rows, limit, order(level), (row) => [row.worth, row.item]),
  };
};

function whyNoRules({ buyers, own }: { buyers: number; own: number }, least: number): string | null {
  if (buyers < least)
    return `Too few customers bought anything in the twelve months: ${buyers}, and ${least} are needed.`;
  return own === 0 ? 'The customer bought nothing in the twelve months by which others could be like it.' : null;
}
