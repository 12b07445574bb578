import { BadQuestion, type Question, type Unconverted } from '../ask.js';
import { keptStanding } from './ranking.js';
import { type Period, periodDays } from './value.js';
import { type Step, steps } from './value-history.js';

/** Amounts in minor units of the reporting currency. */
export interface AverageFigures {
  /** Who bought in the period. */
  readonly customers: number;
  /** Net of returns, also of customers who only returned something. */
  readonly revenue: number;
  /** Per customer who bought; null where nobody did. */
  readonly average: number | null;
  /** Of customers who had bought in an earlier period. */
  readonly recurringCustomers: number;
  readonly recurringRevenue: number;
  readonly newCustomers: number;
  readonly newRevenue: number;
}

export const averageDefinition =
  'Average revenue per customer: net revenue ÷ customers who bought in the period. Recurring: of customers who had bought ' +
  'in an earlier period; new: of the others. Product groups: of customers who had bought of that group. Contracts: what ' +
  'those in force bring a year.';

export const averageGroupings = ['segment', 'productGroup'] as const;
export type AverageGrouping = (typeof averageGroupings)[number];

export interface AverageParams extends Period {
  /** `year` when left out. */
  readonly step?: Step;
  /** Segments are those of asOf. */
  readonly by?: AverageGrouping;
}

export interface AverageOfPeriod extends AverageFigures {
  /** First day. */
  readonly from: string;
  readonly groups?: readonly (AverageFigures & { readonly group: string | null })[];
}

export interface Average {
  readonly currency: string;
  readonly definition: string;
  readonly step: Step;
  readonly periods: readonly AverageOfPeriod[];
  readonly contracts: { readonly contracts: number; readonly customers: number; readonly yearly: number };
}

const figures = `
  count(*) FILTER (WHERE orders > 0) AS customers,
  CAST(sum(revenue) AS BIGINT) AS revenue,
  rounded_quotient(sum(revenue), count(*) FILTER (WHERE orders > 0)) AS average,
  count(*) FILTER (WHERE orders > 0 AND first_period < period) AS recurring_customers,
  CAST(coalesce(sum(revenue) FILTER (WHERE first_period < period), 0) AS BIGINT) AS recurring_revenue,
  count(*) FILTER (WHERE orders > 0 AND first_period = period) AS new_customers,
  CAST(coalesce(sum(revenue) FILTER (WHERE first_period IS NULL OR first_period >= period), 0) AS BIGINT)
    AS new_revenue`;

/** What a customer brings on average, per period. */
export const averageValue: Question<AverageParams, Average> = async (reading, params, { leaveOut }) => {
  const step = params.step ?? 'year';
  if (!steps.includes(step)) throw new BadQuestion('step', `must be one of ${steps.join(', ')}`);
  const days = periodDays(params);
  const within = 'period >= CAST($from AS DATE) AND period < CAST($to AS DATE)';
  const { by } = params;
  const joined =
    by === 'segment'
      ? `LEFT JOIN (SELECT customer, CAST(segment AS VARCHAR) AS segment FROM ${await keptStanding(reading)}) AS placed
           USING (customer)`
      : '';
  const bought = `buyer_period($as_of, $known, '${step}')`;
  const grouped =
    by === 'segment'
      ? `SELECT period AS "from", coalesce(segment, 'inactive') AS "group", ${figures}
         FROM ${bought} ${joined} WHERE ${within} GROUP BY ALL ORDER BY 1, 2`
      : `SELECT period AS "from", product_group AS "group", ${figures}
         FROM buyer_group_period($as_of, $known, '${step}') WHERE ${within}
         GROUP BY ALL ORDER BY 1, 2 NULLS LAST`;
  const [periods, groups, [contracts], unconverted] = await Promise.all([
    reading.rows<AverageOfPeriod>(
      `SELECT period AS "from", ${figures} FROM ${bought} WHERE ${within} GROUP BY period ORDER BY period`,
      { ...days },
    ),
    by && reading.rows<AverageFigures & { from: string; group: string | null }>(grouped, { ...days }),
    reading.rows<Average['contracts']>(
      `SELECT count(*) AS contracts, count(DISTINCT customer) AS customers,
         CAST(coalesce(sum(yearly), 0) AS BIGINT) AS yearly
       FROM contract_in_force($as_of, $known)`,
    ),
    reading.rows<Unconverted>('FROM unconverted_amounts($as_of, $known, CAST($from AS DATE), CAST($to AS DATE))', {
      ...days,
    }),
  ]);
  if (!contracts) throw new Error('An aggregate without groups gave no row.');
  leaveOut(unconverted);
  const byPeriod = Map.groupBy(groups ?? [], ({ from }) => from);
  return {
    currency: reading.currency,
    definition: averageDefinition,
    step,
    periods: periods.map((period) => ({
      ...period,
      ...(by && { groups: (byPeriod.get(period.from) ?? []).map(({ from: _, ...group }) => group) }),
    })),
    contracts,
  };
};
