import { DateTime } from 'luxon';
import type { Question } from '../ask.js';
import { localDay } from '../dates.js';
import { type ContributionFilter, keepContribution, selectContribution } from './contribution.js';

export interface ValueWhatIfParams extends Pick<ContributionFilter, 'segment' | 'accountManager' | 'country'> {
  /** Extra net revenue a month of each customer, minor units of the reporting currency. */
  readonly moreAMonth: number;
}

export interface ValueWhatIf {
  readonly currency: string;
  readonly definition: string;
  /** Local days of the twelve months that it is measured by, both included. */
  readonly window: { readonly from: string; readonly to: string };
  /** With net revenue in the window. */
  readonly customers: number;
  /** Of these customers in the window. */
  readonly netRevenue: number;
  readonly contribution: number;
  /** Share of their revenue, of what has a known cost, that is left after cost of goods; null where no cost is known. */
  readonly grossMarginRate: number | null;
  /** A year. */
  readonly extraRevenue: number;
  /** Null where no cost is known. */
  readonly extraContribution: number | null;
  readonly contributionThen: number | null;
}

export const valueWhatIfDefinition =
  'Extra revenue a year = customers × 12 × moreAMonth; extra contribution = extra revenue × gross margin rate of these ' +
  'customers over the last twelve months. Cost of goods grows with revenue; activity costs and direct costs stay as they are.';

/** "Ten euros a month more from these customers", in contribution. */
export const valueWhatIf: Question<ValueWhatIfParams, ValueWhatIf> = async (
  reading,
  { moreAMonth, ...filter },
  { leaveOut },
) => {
  const today = DateTime.fromISO(localDay(reading.asOf, reading.timeZone), { zone: 'utc' });
  const window = {
    from: today.minus({ months: 12 }).plus({ days: 1 }).toISODate() as string,
    to: today.toISODate() as string,
  };
  const days = { from: window.from, to: today.plus({ days: 1 }).toISODate() as string };
  const selected = await selectContribution(reading, await keepContribution(reading, days), filter);
  const extra = 'CAST(count(*) AS HUGEINT) * 12 * CAST($more AS BIGINT)';
  const [rows, unconverted] = await Promise.all([
    reading.rows<Omit<ValueWhatIf, 'currency' | 'definition' | 'window' | 'contributionThen'>>(
      `SELECT count(*) AS customers, CAST(coalesce(sum(revenue), 0) AS BIGINT) AS net_revenue,
         CAST(coalesce(sum(net_costed - cost - activities - direct), 0) AS BIGINT) AS contribution,
         share(sum(net_costed - cost), sum(net_costed)) AS gross_margin_rate,
         CAST(${extra} AS BIGINT) AS extra_revenue,
         rounded_quotient(${extra} * sum(net_costed - cost), CAST(sum(net_costed) AS HUGEINT)) AS extra_contribution
       FROM ${selected.from}
       WHERE ${selected.where} AND revenue > 0`,
      { ...selected.params, more: moreAMonth },
    ),
    reading.rows<{ currency: string; amount: number }>(
      'FROM cost_unconverted($as_of, $known, CAST($from AS DATE), CAST($to AS DATE))',
      { ...days },
    ),
  ]);
  const [row] = rows;
  if (!row) throw new Error('An aggregate without groups gave no row.');
  leaveOut(unconverted);
  return {
    currency: reading.currency,
    definition: valueWhatIfDefinition,
    window,
    ...row,
    contributionThen: row.extraContribution === null ? null : row.contribution + row.extraContribution,
  };
};
