import type { Question } from '../ask.js';
import type { Reading } from '../ports/read-side.js';
import { findCustomer } from './customer.js';
import { keptStanding, type Standing } from './ranking.js';
import { type Period, periodDays } from './value.js';

/** Rates are fractions with six places; null where there is nothing to count. */
export interface ServiceFigures {
  /** Orders of which it is known whether somebody else was cheaper. */
  readonly ordersKnown: number;
  /** Of those, awarded though we were not the cheapest. */
  readonly awardedThoughNotCheapest: number;
  /** Gunfactor. */
  readonly goodwillRate: number | null;
  /** Order lines with a promised day, except those that may still be delivered in time. */
  readonly promisedLines: number;
  readonly onTimeAndComplete: number;
  readonly onTimeAndCompleteRate: number | null;
  /** Not delivered yet, and the promised day is not over. */
  readonly openLines: number;
}

export const serviceDefinition =
  'Gunfactor (goodwillRate): share of orders awarded though we were not the cheapest, of orders where that is known, by ' +
  'the day of the order. On time and complete (OTIF): order lines delivered in full on or before the promised day ÷ lines ' +
  'with a promised day, by that day; lines that may still be in time are left out. Cancelled orders count nowhere.';

const figures = `
  CAST(coalesce(sum(awards), 0) AS BIGINT) AS orders_known,
  CAST(coalesce(sum(awarded), 0) AS BIGINT) AS awarded_though_not_cheapest,
  share(coalesce(sum(awarded), 0), coalesce(sum(awards), 0)) AS goodwill_rate,
  CAST(coalesce(sum(lines), 0) AS BIGINT) AS promised_lines,
  CAST(coalesce(sum(in_time), 0) AS BIGINT) AS on_time_and_complete,
  share(coalesce(sum(in_time), 0), coalesce(sum(lines), 0)) AS on_time_and_complete_rate,
  CAST(coalesce(sum(open), 0) AS BIGINT) AS open_lines`;
const entries = 'service_entry($as_of, $known, CAST($from AS DATE), CAST($to AS DATE))';

export interface ServiceOfOne {
  readonly customerId: string;
  readonly definition: string;
  readonly service: ServiceFigures;
}

/** How well one customer is served, over a period or in all. */
export const serviceOfOne: Question<Period & { customerId: string }, ServiceOfOne> = async (reading, params) => {
  const { customerId, members } = await findCustomer(reading, params.customerId);
  const [service] = await reading.rows<ServiceFigures>(
    `SELECT ${figures} FROM ${entries} WHERE source IN (SELECT unnest(CAST($members AS INTEGER[])))`,
    { members, ...periodDays(params) },
  );
  if (!service) throw new Error('An aggregate without groups gave no row.');
  return { customerId, definition: serviceDefinition, service };
};

export const serviceGroupings = ['segment', 'accountManager', 'country'] as const;
export type ServiceGrouping = (typeof serviceGroupings)[number];

export interface ServiceQualityParams extends Period {
  readonly by?: ServiceGrouping;
  readonly segment?: Standing;
}

export interface ServiceQuality {
  readonly definition: string;
  readonly total: ServiceFigures;
  /** Null for customers without one. */
  readonly groups?: readonly (ServiceFigures & { readonly group: string | null })[];
}

const groups: Readonly<Record<ServiceGrouping, string>> = {
  segment: `coalesce(segment, 'inactive')`,
  accountManager: 'rep_id',
  country: 'country',
};

/** How well customers are served, together and by group. */
export const serviceQuality: Question<ServiceQualityParams, ServiceQuality> = async (reading, params) => {
  const { by, segment } = params;
  const given = { segment, ...periodDays(params) };
  const from = await selected(reading, params);
  const [[total], grouped] = await Promise.all([
    reading.rows<ServiceFigures>(`SELECT ${figures} ${from}`, given),
    by &&
      reading.rows<ServiceFigures & { group: string | null }>(
        `SELECT ${groups[by]} AS "group", ${figures} ${from} GROUP BY 1 ORDER BY 1 NULLS LAST`,
        given,
      ),
  ]);
  if (!total) throw new Error('An aggregate without groups gave no row.');
  return { definition: serviceDefinition, total, ...(grouped && { groups: grouped }) };
};

async function selected(reading: Reading, { by, segment }: ServiceQualityParams): Promise<string> {
  const standing = by === 'segment' || segment !== undefined;
  return [
    `FROM ${entries} AS entry LEFT JOIN same_customer($as_of, $known) AS same ON same.customer = source`,
    ...(standing
      ? [
          `LEFT JOIN (SELECT customer, CAST(segment AS VARCHAR) AS segment FROM ${await keptStanding(reading)}) AS placed
            ON placed.customer = coalesce(effective, source)`,
        ]
      : []),
    ...(by === 'accountManager'
      ? ['LEFT JOIN account_manager($as_of, $known) AS manager ON manager.customer = coalesce(effective, source)']
      : []),
    ...(by === 'country'
      ? [
          `LEFT JOIN (SELECT customer, country FROM customer_profile($as_of, $known)) AS profile
            ON profile.customer = coalesce(effective, source)`,
        ]
      : []),
    ...(segment === undefined ? [] : [`WHERE coalesce(segment, 'inactive') = $segment`]),
  ].join(' ');
}
