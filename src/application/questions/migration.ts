import { BadQuestion, type Question, type Services } from '../ask.js';
import { BadDate, parseDay, upTo } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import type { Page, Paging } from './paging.js';
import { keptRanking } from './ranking.js';
import { namesOf, sortedBy } from './which-customers.js';

export const migrationFrom = ['A', 'B', 'C', 'D', 'inactive', 'lost', 'new'] as const;
export const migrationTo = ['A', 'B', 'C', 'D', 'inactive', 'lost'] as const;
export type MigrationFrom = (typeof migrationFrom)[number];
export type MigrationTo = (typeof migrationTo)[number];

export interface MigrationParams {
  /** Local days, of which the pyramid is that at their end; `to` is the day of asOf when left out. */
  readonly from: string;
  readonly to?: string;
}

/** Revenue in minor units of the reporting currency, over the twelve months of each date's pyramid. */
export interface MigrationCell {
  readonly from: MigrationFrom;
  readonly to: MigrationTo;
  readonly customers: number;
  readonly revenueFrom: number;
  readonly revenueTo: number;
}

interface Dates {
  /** Instants up to which counted what had happened. */
  readonly fromAsOf: string;
  readonly toAsOf: string;
}

export interface Migration extends Dates {
  readonly currency: string;
  readonly definition: string;
  /** Those with customers, in the order of the standings. */
  readonly cells: readonly MigrationCell[];
}

export const migrationDefinition =
  'Migration matrix: segment of the customer pyramid at the first date × at the second, both as now known. new: no ' +
  'customer yet at the first date; inactive: no net revenue in the twelve months; lost: likewise, and the relationship ' +
  'ended. Customers taken over in between count as the one they are part of.';

interface Compared extends Dates {
  readonly reading: Reading;
  readonly from: string;
  readonly params: Record<string, unknown>;
}

/** @throws BadQuestion */
async function compare(reading: Reading, { from, to }: MigrationParams, { readSide }: Services): Promise<Compared> {
  const ending = (path: 'from' | 'to', day: string) => {
    try {
      return Math.min(upTo(parseDay(day), reading.timeZone), reading.asOf);
    } catch (error) {
      throw error instanceof BadDate ? new BadQuestion(path, error.message) : error;
    }
  };
  const was = ending('from', from);
  const now = to === undefined ? reading.asOf : ending('to', to);
  if (to !== undefined && to < from) throw new BadQuestion('to', 'must not be earlier than from');
  const { known } = reading;
  const first = await keptRanking(readSide.reading({ asOf: was, known }));
  const last = readSide.reading({ asOf: now, known });
  return {
    reading: last,
    from: `migration($was, $as_of, $known, '${first}', '${await keptRanking(last)}')`,
    params: { was: new Date(was) },
    fromAsOf: new Date(was).toISOString(),
    toAsOf: new Date(now).toISOString(),
  };
}

/** Who moved up and down in the pyramid between two dates: how many, and their revenue. */
export const migration: Question<MigrationParams, Migration> = async (reading, params, services) => {
  const compared = await compare(reading, params, services);
  return {
    currency: reading.currency,
    definition: migrationDefinition,
    fromAsOf: compared.fromAsOf,
    toAsOf: compared.toAsOf,
    cells: await compared.reading.rows<MigrationCell>(
      `SELECT was AS "from", "now" AS "to", count(*) AS customers, CAST(sum(revenue_was) AS BIGINT) AS revenue_from,
         CAST(sum(revenue_now) AS BIGINT) AS revenue_to
       FROM ${compared.from}
       GROUP BY was, "now"
       ORDER BY list_position(['A', 'B', 'C', 'D', 'inactive', 'lost', 'new'], was),
         list_position(['A', 'B', 'C', 'D', 'inactive', 'lost'], "now")`,
      compared.params,
    ),
  };
};

export interface MigrantsParams extends MigrationParams, Paging {
  /** `A:C`: in A at the first date, in C at the second. */
  readonly cell: string;
}

export interface Migrant {
  readonly customerId: string;
  readonly name: string | null;
  readonly accountManager: string | null;
  readonly revenueFrom: number;
  readonly revenueTo: number;
}

export interface Migrants extends Dates, Page<Migrant> {
  readonly currency: string;
  readonly from: MigrationFrom;
  readonly to: MigrationTo;
}

/** The customers behind a cell of the migration matrix: who gained or lost the most revenue first. */
export const migrants: Question<MigrantsParams, Migrants> = async (reading, params, services) => {
  const [was, now, ...more] = params.cell.split(':') as [MigrationFrom, MigrationTo, ...string[]];
  if (!migrationFrom.includes(was) || !migrationTo.includes(now) || more.length > 0) {
    throw new BadQuestion(
      'cell',
      `must be one of ${migrationFrom.join(', ')}, a colon, and one of ${migrationTo.join(', ')}`,
    );
  }
  const sorted = sortedBy(
    { ...params, sort: '-change' },
    { change: 'abs(revenue_now - revenue_was)' },
    '-change',
    `${was}/${now}/`,
  );
  const compared = await compare(reading, params, services);
  const rows = await compared.reading.rows<
    Omit<Migrant, 'name' | 'accountManager'> & { customer: number; place: number }
  >(
    `SELECT customer, customer_id, revenue_was AS revenue_from, revenue_now AS revenue_to, ${sorted.column} AS place
     FROM ${compared.from} JOIN customer_key USING (customer)
     WHERE was = $from_standing AND "now" = $to_standing ${sorted.after}
     ${sorted.inOrder}`,
    { ...compared.params, from_standing: was, to_standing: now, ...sorted.params },
  );
  const named = await namesOf(compared.reading, rows);
  return {
    currency: reading.currency,
    from: was,
    to: now,
    fromAsOf: compared.fromAsOf,
    toAsOf: compared.toAsOf,
    ...sorted.page(rows, ({ customer, customerId, revenueFrom, revenueTo }): Migrant => {
      const { name = null, accountManager = null } = named.get(customer) ?? {};
      return { customerId, name, accountManager, revenueFrom, revenueTo };
    }),
  };
};
