import { DateTime } from 'luxon';
import { BadQuestion, type Question } from '../ask.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import type { ContributionFigures } from './contribution.js';
import { findCustomer } from './customer.js';
import { type Period, periodDays, type ValueFigures } from './value.js';

export const steps = ['month', 'quarter', 'year'] as const;
export type Step = (typeof steps)[number];

/** What can be added up over time; see ValueFigures. Minor units of the reporting currency. */
export type SeriesFigures = Pick<
  ValueFigures,
  'revenue' | 'orderedNet' | 'returnsNet' | 'orders' | 'returns' | 'listValue' | 'discountGiven' | 'cost' | 'margin'
>;

export type SeriesContribution = Pick<ContributionFigures, 'activityCosts' | 'directCosts' | 'contribution'>;

export interface HistoryStep {
  /** Local days; to excluded. The last step ends with the day of asOf. */
  readonly from: string;
  readonly to: string;
  /** What the step added. A cancellation takes away in the step in which it came, a take-over brings all of its past. */
  readonly period: SeriesFigures;
  /** The value as of the end of the step: what the value view says as of then. */
  readonly cumulative: SeriesFigures;
  /** Net contribution of the step and as of its end, see ContributionFigures: the margin less what customers cost. */
  readonly contribution: { readonly period: SeriesContribution; readonly cumulative: SeriesContribution };
  /** Customers with more orders placed than cancelled in the step. */
  readonly buyers: number;
}

export interface ValueHistoryParams extends Period {
  readonly step?: Step;
}

export interface ValueHistory {
  /** The one that counts; absent for all customers. */
  readonly customerId?: string;
  readonly currency: string;
  readonly step: Step;
  readonly steps: readonly HistoryStep[];
}

const mostSteps = 1_200;

/** First days of the steps that begin in [from, to), and `to` itself. The first one begins on or before `from`. */
function boundaries(from: string, to: string, step: Step): string[] {
  const days: string[] = [];
  const last = DateTime.fromISO(to, { zone: 'utc' });
  for (
    let day = DateTime.fromISO(from, { zone: 'utc' }).startOf(step);
    day < last && days.length <= mostSteps;
    day = day.plus({ [step]: 1 })
  ) {
    days.push(day.toISODate() as string);
  }
  return [...days, to];
}

async function history(
  reading: Reading,
  params: ValueHistoryParams,
  members: readonly number[] | undefined,
  leaveOut: (amounts: { currency: string; amount: number }[]) => void,
): Promise<Pick<ValueHistory, 'step' | 'steps'>> {
  const step = params.step ?? 'month';
  const days = periodDays(params);
  const today = localDay(reading.asOf, reading.timeZone);
  const tomorrow = DateTime.fromISO(today, { zone: 'utc' }).plus({ days: 1 }).toISODate() as string;
  const to = params.to === undefined || params.to > tomorrow ? tomorrow : days.to;
  const ofMembers = members ? 'WHERE source IN (SELECT unnest(CAST($members AS INTEGER[])))' : '';
  let from = params.from;
  if (from === undefined) {
    const [first] = await reading.rows<{ day: string | null }>(
      `SELECT min(occurred_on) AS day FROM (
         SELECT customer AS source, occurred_on FROM order_placed
         WHERE counts(occurred_at, position, superseded_position, $as_of, $known)
         UNION ALL
         SELECT customer AS source, occurred_on FROM order_return
         WHERE counts(occurred_at, position, superseded_position, $as_of, $known)
       ) ${ofMembers}`,
      { members },
    );
    from = first?.day ?? to;
  }
  if (from >= to) return { step, steps: [] };
  const bounds = boundaries(from, to, step);
  if (bounds.length > mostSteps) throw new BadQuestion('step', `gives more than ${mostSteps} steps over this period`);
  const inSteps = { members, starts: bounds.slice(0, -1), ends: bounds.slice(1) };
  const [rows, costs, unconverted] = await Promise.all([
    reading.rows<Omit<HistoryStep, 'contribution'>>(
      `WITH daily AS MATERIALIZED (
         SELECT moved_on, movement_figures(kind, sign, net, list_value, net_listed, cost, net_costed) AS figures
         FROM order_movement($as_of, $known) ${ofMembers}
         GROUP BY moved_on
       ),
       step AS MATERIALIZED (
         SELECT unnest(CAST($starts AS DATE[])) AS first_day, unnest(CAST($ends AS DATE[])) AS next_day
       ),
       step_of AS MATERIALIZED (
         SELECT moved_on, first_day FROM daily JOIN step ON moved_on >= first_day AND moved_on < next_day
       ),
       bought AS (
         SELECT first_day, count(*) AS buyers
         FROM (
           SELECT first_day, customer
           FROM order_movement($as_of, $known) JOIN step_of USING (moved_on) ${ofMembers}
           GROUP BY ALL
           HAVING sum(sign) FILTER (WHERE kind = 'order') > 0
         )
         GROUP BY first_day
       )
       SELECT step.first_day AS "from", next_day AS "to", coalesce(any_value(buyers), 0) AS buyers,
         series_figures(figures, moved_on >= step.first_day) AS period, series_figures(figures, true) AS cumulative
       FROM step
       LEFT JOIN daily ON moved_on < next_day
       LEFT JOIN bought ON bought.first_day = step.first_day
       GROUP BY step.first_day, next_day
       ORDER BY step.first_day`,
      inSteps,
    ),
    reading.rows<Record<'activities' | 'direct' | 'allActivities' | 'allDirect', number>>(
      `WITH spent AS MATERIALIZED (
         SELECT moved_on, sum(activities) AS activities, sum(direct) AS direct
         FROM cost_movement($as_of, $known) ${ofMembers}
         GROUP BY moved_on
       )
       SELECT
         CAST(coalesce(sum(activities) FILTER (WHERE moved_on >= first_day), 0) AS BIGINT) AS activities,
         CAST(coalesce(sum(direct) FILTER (WHERE moved_on >= first_day), 0) AS BIGINT) AS direct,
         CAST(coalesce(sum(activities), 0) AS BIGINT) AS all_activities,
         CAST(coalesce(sum(direct), 0) AS BIGINT) AS all_direct
       FROM (
         SELECT unnest(CAST($starts AS DATE[])) AS first_day, unnest(CAST($ends AS DATE[])) AS next_day
       ) AS step
       LEFT JOIN spent ON moved_on < next_day
       GROUP BY first_day
       ORDER BY first_day`,
      inSteps,
    ),
    reading.rows<{ currency: string; amount: number }>(
      `SELECT currency, CAST(sum(amount) AS BIGINT) AS amount FROM order_amount($as_of, $known)
       WHERE NOT converted AND currency <> reporting_currency() AND occurred_on < CAST($to AS DATE)
         ${members ? 'AND customer IN (SELECT unnest(CAST($members AS INTEGER[])))' : ''}
       GROUP BY currency HAVING sum(orders) <> 0 OR sum(returns) <> 0 ORDER BY currency`,
      { members, to },
    ),
  ]);
  leaveOut(unconverted);
  return {
    step,
    steps: rows.map((row, index) => {
      const { activities = 0, direct = 0, allActivities = 0, allDirect = 0 } = costs[index] ?? {};
      return {
        ...row,
        contribution: {
          period: contributed(row.period, activities, direct),
          cumulative: contributed(row.cumulative, allActivities, allDirect),
        },
      };
    }),
  };
}

function contributed({ margin }: SeriesFigures, activityCosts: number, directCosts: number): SeriesContribution {
  return { activityCosts, directCosts, contribution: margin - activityCosts - directCosts };
}

/** How the value of one customer grew. */
export const valueHistoryOfOne: Question<ValueHistoryParams & { customerId: string }, ValueHistory> = async (
  reading,
  params,
  { leaveOut },
) => {
  const { customerId, members } = await findCustomer(reading, params.customerId);
  return { customerId, currency: reading.currency, ...(await history(reading, params, members, leaveOut)) };
};

/** How the value of all customers together grew. */
export const valueHistoryOfAll: Question<ValueHistoryParams, ValueHistory> = async (reading, params, { leaveOut }) => ({
  currency: reading.currency,
  ...(await history(reading, params, undefined, leaveOut)),
});
