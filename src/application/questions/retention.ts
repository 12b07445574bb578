import { DateTime } from 'luxon';
import { BadQuestion, type Question, type Unconverted } from '../ask.js';
import { BadDate, localDay, parseDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { segmentsInForce } from './segment.js';

export const retentionPeriods = ['year', 'quarter', 'month'] as const;
export type RetentionPeriod = (typeof retentionPeriods)[number];

export const retentionGroupings = ['segment', 'accountManager', 'country'] as const;
export type RetentionGrouping = (typeof retentionGroupings)[number];

export interface RetentionParams {
  readonly period: RetentionPeriod;
  /** Customers are grouped by what they were at the beginning of the period. */
  readonly by?: RetentionGrouping;
  /** Local days; periods that begin within [from, to). From the first order to asOf when left out. */
  readonly from?: string;
  readonly to?: string;
}

/** Rates are fractions with six places; null on an empty base. Amounts in minor units of the reporting currency. */
export interface RetentionFigures {
  /** Who bought in the base period; of those, who bought again; who bought in the period. */
  readonly baseCustomers: number;
  readonly retainedCustomers: number;
  readonly customers: number;
  readonly retentionRate: number | null;
  readonly churn: number | null;
  /** Of the base customers with revenue in the base period: what it was then, and now. */
  readonly baseRevenue: number;
  readonly revenue: number;
  readonly grossRevenueRetention: number | null;
  readonly netRevenueRetention: number | null;
  readonly repeatPurchaseRate: number | null;
}

export interface RetentionOfPeriod extends RetentionFigures {
  /** First day, and first day after it. */
  readonly from: string;
  readonly to: string;
  /** The same period a year earlier. */
  readonly baseFrom: string;
  readonly baseTo: string;
  /** False for the period that asOf is in, unless that is its end. */
  readonly complete: boolean;
  /** Null for customers without one. */
  readonly groups?: readonly (RetentionFigures & { readonly group: string | null })[];
}

export interface Retention {
  readonly currency: string;
  readonly period: RetentionPeriod;
  readonly by: RetentionGrouping | null;
  readonly definition: string;
  readonly periods: readonly RetentionOfPeriod[];
}

const groupedBy: Readonly<Record<RetentionGrouping, string>> = {
  segment: 'segment in force on the first day of the period',
  accountManager: 'account manager on the first day of the period',
  country: 'country known at the beginning of the period',
};

const nothing: RetentionFigures = {
  baseCustomers: 0,
  retainedCustomers: 0,
  customers: 0,
  retentionRate: null,
  churn: null,
  baseRevenue: 0,
  revenue: 0,
  grossRevenueRetention: null,
  netRevenueRetention: null,
  repeatPurchaseRate: null,
};

/**
 * How many customers came back, and how much of their revenue. The base of a period is the same period a year earlier, so
 * that a December buyer doesn't churn each spring.
 */
export const retention: Question<RetentionParams, Retention> = async (reading, params, { leaveOut }) => {
  const { period, by } = params;
  const periods = await periodsOf(reading, params);
  const answer = {
    currency: reading.currency,
    period,
    by: by ?? null,
    definition:
      'Retention rate: customers with an order in the base period and again in the period, of those in the base period; ' +
      'the base is the same period a year earlier. Gross and net revenue retention: over base customers with net revenue ' +
      'in the base period. Repeat purchase rate: customers with two orders or more, of those with one.' +
      (by ? ` Groups: by ${groupedBy[by]}.` : ''),
  };
  const [first] = periods;
  const last = periods.at(-1);
  if (!first || !last) return { ...answer, periods: [] };
  const [rows, unconverted] = await Promise.all([
    reading.rows<{ period: string; grouped: boolean; label: string | null; figures: RetentionFigures }>(
      `SELECT cohort.period, ${by ? 'grouping(label) = 0' : 'false'} AS grouped, ${by ? 'label' : 'NULL AS label'},
         retention_figures(orders, revenue, base_orders, base_revenue) AS figures
       FROM retention_cohort($as_of, $known, '${period}') AS cohort
       ${by ? await grouping(reading, by, periods) : ''}
       WHERE cohort.period BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)
       GROUP BY ${by ? 'GROUPING SETS ((cohort.period), (cohort.period, label))' : 'cohort.period'}
       ORDER BY cohort.period, label NULLS LAST`,
      { first: first.from, last: last.from },
    ),
    reading.rows<Unconverted>('FROM unconverted_amounts($as_of, $known, CAST($from AS DATE), CAST($to AS DATE))', {
      from: first.baseFrom,
      to: last.to,
    }),
  ]);
  leaveOut(unconverted);
  const total = new Map<string, RetentionFigures>();
  const groups = new Map<string, (RetentionFigures & { group: string | null })[]>();
  for (const { period: from, grouped, label, figures } of rows) {
    if (!grouped) total.set(from, figures);
    else groups.set(from, [...(groups.get(from) ?? []), { group: label, ...figures }]);
  }
  return {
    ...answer,
    periods: periods.map((span) => ({
      ...span,
      ...(total.get(span.from) ?? nothing),
      ...(by && { groups: groups.get(span.from) ?? [] }),
    })),
  };
};

type Span = Pick<RetentionOfPeriod, 'from' | 'to' | 'baseFrom' | 'baseTo' | 'complete'>;

/** From the period of the first order up to that of asOf. */
async function periodsOf(reading: Reading, { period, from, to }: RetentionParams): Promise<Span[]> {
  const [row] = await reading.rows<{ first: string | null }>(
    'SELECT min(occurred_on) AS first FROM order_amount($as_of, $known)',
  );
  if (!row?.first) return [];
  const day = (path: 'from' | 'to', text: string) => {
    try {
      return parseDay(text);
    } catch (error) {
      throw error instanceof BadDate ? new BadQuestion(path, error.message) : error;
    }
  };
  const earliest = from === undefined ? row.first : day('from', from);
  const latest = to === undefined ? undefined : day('to', to);
  if (latest !== undefined && latest <= earliest && from !== undefined) {
    throw new BadQuestion('to', 'must be later than from');
  }
  const today = localDay(reading.asOf, reading.timeZone);
  const tomorrow = localDay(reading.asOf + 1, reading.timeZone);
  const iso = (date: DateTime) => date.toISODate() as string;
  const spans: Span[] = [];
  const first = from !== undefined && from > row.first ? from : row.first;
  let start = DateTime.fromISO(first, { zone: 'utc' }).startOf(period);
  if (from !== undefined && iso(start) < from) start = start.plus({ [`${period}s`]: 1 });
  for (
    ;
    iso(start) <= today && (latest === undefined || iso(start) < latest);
    start = start.plus({ [`${period}s`]: 1 })
  ) {
    const end = start.plus({ [`${period}s`]: 1 });
    spans.push({
      from: iso(start),
      to: iso(end),
      baseFrom: iso(start.minus({ years: 1 })),
      baseTo: iso(end.minus({ years: 1 })),
      complete: iso(end) <= tomorrow,
    });
  }
  return spans;
}

/** Joins `label` to the cohort: what a customer was at the beginning of the period. */
async function grouping(reading: Reading, by: RetentionGrouping, periods: readonly Span[]): Promise<string> {
  const startOf = (day: string) => DateTime.fromISO(day, { zone: reading.timeZone }).startOf('day').toMillis();
  if (by === 'country') {
    return `LEFT JOIN (SELECT customer, country AS label, from_at, to_at FROM country_span($as_of, $known)) AS described
      ON described.customer = cohort.customer
      AND from_at < day_start(cohort.period) AND to_at >= day_start(cohort.period)`;
  }
  const described: string[] = [];
  for (const { from } of periods) {
    // One after the other: each month's segments are built on those of the month before.
    described.push(
      by === 'segment'
        ? `SELECT DATE '${from}' AS period, customer, CAST(segment AS VARCHAR) AS label
           FROM ${(await segmentsInForce(reading, startOf(from))).table}`
        : `SELECT DATE '${from}' AS period, customer, rep_id AS label
           FROM account_manager(TIMESTAMP '${new Date(startOf(from)).toISOString().slice(0, -1)}', $known)`,
    );
  }
  return `LEFT JOIN (${described.join(' UNION ALL ')}) AS described
    ON described.period = cohort.period AND described.customer = cohort.customer`;
}
