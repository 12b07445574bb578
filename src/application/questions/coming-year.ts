import { DateTime } from 'luxon';
import { BadQuestion, type Question, type Unconverted } from '../ask.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';

/** What a year is expected to bring from the customers that were there at its beginning. Minor units. */
export interface YearAhead {
  /** Null where there are no two whole years to go by. */
  readonly expected: number | null;
  /** By the year in which the smallest and the largest share stayed; null with fewer than two such years. */
  readonly lowest: number | null;
  readonly highest: number | null;
  /** Net revenue of the twelve months before. */
  readonly yearBefore: number;
  /** Of the revenue of a year, what the next one brought from customers who had bought by then; the latest year first. */
  readonly shares: readonly { readonly from: string; readonly to: string; readonly share: number }[];
}

export interface ComingYear {
  readonly currency: string;
  readonly method: string;
  /** Local days; to excluded. */
  readonly from: string;
  readonly to: string;
  /** As known by knownAt. */
  readonly ahead: YearAhead;
  /** Of a past year: as it was known at its beginning. */
  readonly asKnownThen?: YearAhead;
  /** Of a past year: what came in it up to asOf, as known by knownAt. */
  readonly came?: {
    readonly fromExistingCustomers: number;
    readonly fromNewCustomers: number;
    readonly revenue: number;
    /** False while the year isn't over. */
    readonly complete: boolean;
  };
}

export interface ComingYearParams {
  /** A calendar year that has begun; the twelve months after the day of asOf when left out. */
  readonly year?: number;
}

const mostYears = 5;

export const comingYearMethod =
  'Revenue on 1 January: net revenue of the twelve months before × the share that stayed: of the net revenue of a year, ' +
  'what the next one brought from customers who had bought before it, over at most ' +
  `${mostYears} past years of which the first is known whole (its first month may lack), weighted by revenue. The range is ` +
  'by the lowest and the highest of these yearly shares.';

interface Year {
  readonly yearsAgo: number;
  readonly revenue: number;
  readonly existing: number;
  readonly firstOn: string;
}

async function ahead(reading: Reading): Promise<YearAhead> {
  const rows = await reading.rows<Year>('FROM revenue_year($as_of, $known) ORDER BY years_ago');
  const years = new Map(rows.map((year) => [year.yearsAgo, year]));
  const end = DateTime.fromISO(localDay(reading.asOf, reading.timeZone), { zone: 'utc' }).plus({ days: 1 });
  const begin = (yearsAgo: number) => end.minus({ years: yearsAgo + 1 });
  const [{ firstOn } = { firstOn: '9999-12-31' }] = rows;
  const counted: { from: string; to: string; existing: number; base: number }[] = [];
  for (let yearsAgo = 0; yearsAgo < mostYears; yearsAgo++) {
    const latest = begin(yearsAgo + 1)
      .plus({ months: 1 })
      .toISODate() as string;
    const base = years.get(yearsAgo + 1)?.revenue ?? 0;
    if (firstOn >= latest) break;
    if (base <= 0) continue;
    const existing = years.get(yearsAgo)?.existing ?? 0;
    counted.push({
      from: begin(yearsAgo).toISODate() as string,
      to: end.minus({ years: yearsAgo }).toISODate() as string,
      existing,
      base,
    });
  }
  const yearBefore = years.get(0)?.revenue ?? 0;
  const sum = (of: 'existing' | 'base') => counted.reduce((total, each) => total + each[of], 0);
  const of = (existing: number, base: number) => Math.round((yearBefore * existing) / base);
  const each = counted.map(({ existing, base }) => of(existing, base));
  return {
    expected: counted.length > 0 ? of(sum('existing'), sum('base')) : null,
    lowest: each.length > 1 ? Math.min(...each) : null,
    highest: each.length > 1 ? Math.max(...each) : null,
    yearBefore,
    shares: counted.map(({ from, to, existing, base }) => ({
      from,
      to,
      share: Math.round((existing / base) * 1e6) / 1e6,
    })),
  };
}

/** What the coming year brings from the customers there are; or a past year, as it was expected beside what came. */
export const comingYear: Question<ComingYearParams, ComingYear> = async (reading, { year }, services) => {
  const { readSide, leaveOut } = services;
  const today = localDay(reading.asOf, reading.timeZone);
  const tomorrow = DateTime.fromISO(today, { zone: reading.timeZone }).plus({ days: 1 });
  leaveOut(
    await reading.rows<Unconverted>(`FROM unconverted_amounts($as_of, $known, DATE '0001-01-01', DATE '9999-12-31')`),
  );
  const answer = { currency: reading.currency, method: comingYearMethod };
  if (year === undefined) {
    return {
      ...answer,
      from: tomorrow.toISODate() as string,
      to: tomorrow.plus({ years: 1 }).toISODate() as string,
      ahead: await ahead(reading),
    };
  }
  const start = DateTime.fromObject({ year, month: 1, day: 1 }, { zone: reading.timeZone });
  if (!start.isValid || start.toMillis() > reading.asOf) {
    throw new BadQuestion('year', 'must be a year that has begun by asOf');
  }
  const from = start.toISODate() as string;
  const to = start.plus({ years: 1 }).toISODate() as string;
  // The last instant of the year before.
  const asOf = start.toMillis() - 1;
  let knownThen = await readSide.knownAt(asOf);
  if (knownThen > reading.known) knownThen = reading.known;
  const [now, then, [came]] = await Promise.all([
    ahead(readSide.reading({ asOf, known: reading.known })),
    ahead(readSide.reading({ asOf, known: knownThen })),
    reading.rows<{ existing: number; newcomers: number; revenue: number }>(
      `WITH bought AS (
         SELECT customer, period, revenue, first_period FROM buyer_period($as_of, $known, 'year')
         WHERE period = CAST($from AS DATE)
       )
       SELECT CAST(coalesce(sum(revenue) FILTER (WHERE first_period < period), 0) AS BIGINT) AS existing,
         CAST(coalesce(sum(revenue) FILTER (WHERE first_period IS NULL OR first_period >= period), 0) AS BIGINT)
           AS newcomers,
         CAST(coalesce(sum(revenue), 0) AS BIGINT) AS revenue
       FROM bought`,
      { from },
    ),
  ]);
  if (!came) throw new Error('An aggregate without groups gave no row.');
  return {
    ...answer,
    from,
    to,
    ahead: now,
    asKnownThen: then,
    came: {
      fromExistingCustomers: came.existing,
      fromNewCustomers: came.newcomers,
      revenue: came.revenue,
      complete: to <= (tomorrow.toISODate() as string),
    },
  };
};
