import { DateTime } from 'luxon';
import { BadQuestion, type Question, type Services } from '../ask.js';
import { BadDate, localDay, parseDay, upTo } from '../dates.js';
import { BadPosition, formatPosition, parsePosition } from '../ports/position.js';
import type { Reading } from '../ports/read-side.js';
import {
  accountColumns,
  accountOfOne,
  accountSums,
  accountsOf,
  type KeptContribution,
  keepContribution,
  unconvertedOfAll,
  unconvertedOfOne,
} from './contribution.js';
import { findCustomer } from './customer.js';
import type { Page, Paging } from './paging.js';
import { keptStanding, type Standing } from './ranking.js';
import type { PeriodDays } from './value.js';
import { namesOf, sortedBy } from './which-customers.js';

export interface ValueBridgeParams {
  /** Local days, of which the value is that at their end; `to` is the day of asOf when left out. */
  readonly from: string;
  readonly to?: string;
  /** What is known of `from`: an instant, a day or a position; what is known of `to` when left out. */
  readonly knownFrom?: string;
  /** Months that a value covers, up to its day; 12 when left out. */
  readonly months?: number;
  readonly customerId?: string;
  /** Where they stood at the end of `from`, as known now. */
  readonly segment?: Standing;
}

export const bridgeCauses = ['new', 'lost', 'more', 'less', 'price', 'costs', 'learned'] as const;
export type BridgeCause = (typeof bridgeCauses)[number];

/** Amounts in minor units of the reporting currency. */
export interface BridgePart {
  readonly cause: BridgeCause;
  readonly amount: number;
  /** Of how many customers it is not nothing. */
  readonly customers: number;
  /** What the costs are: of goods, of activities and direct ones; negative where they rose. */
  readonly of?: { readonly goods: number; readonly activities: number; readonly direct: number };
}

export interface BridgeEnd {
  readonly asOf: string;
  /** Position up to which was known. */
  readonly known: string;
  /** Local days that the value covers; to excluded. */
  readonly period: PeriodDays;
  readonly value: number;
}

export interface ValueBridge {
  readonly currency: string;
  readonly definition: string;
  /** The one that counts; absent for several. */
  readonly customerId?: string;
  readonly from: BridgeEnd;
  readonly to: BridgeEnd;
  readonly difference: number;
  /** They add up to the difference. */
  readonly parts: readonly BridgePart[];
}

const definition = (months = 12) =>
  `Value: net contribution over the ${months} months up to and including a day. new, lost: of customers with net revenue ` +
  'in only one of the two periods. Of the others, price: the lines sold at a list price, at the discounts given now ' +
  'against those given then; costs: of goods per net revenue at the same prices, of activities and direct ones; more, ' +
  'less: what remains, the volume and mix of what was bought. learned: what was recorded since about what had happened ' +
  'by the first date.';

interface End {
  readonly reading: Reading;
  readonly days: PeriodDays;
}

/** Tables in SQL, each with a row a customer and the columns of an account: see contribution_by_source. */
interface Accounts {
  /** The first period as it was known then; the same text as `was` where that is what is known now. */
  readonly thenKnown: string;
  readonly was: string;
  readonly now: string;
}

/** SQL: the CTE `caused`, with what of each customer's change has which cause. */
const caused = ({ thenKnown, was, now }: Accounts, narrowed: string) => {
  const known = (end: string) =>
    accountColumns.map((name) => `coalesce(${end}.${name}, 0) AS ${end}_${name}`).join(', ');
  const contribution = (end: string) => `${end}_net_costed - ${end}_cost - ${end}_activities - ${end}_direct`;
  const learns = thenKnown !== was;
  return `
    account AS MATERIALIZED (
      SELECT customer, ${known('was')}, ${known('now')}
        ${learns ? `, coalesce(then_known.net_costed - then_known.cost - then_known.activities - then_known.direct, 0) AS value_then` : ''}
      FROM ${was} AS was FULL JOIN ${now} AS now USING (customer)
      ${learns ? `FULL JOIN ${thenKnown} AS then_known USING (customer)` : ''}
    ),
    compared AS (
      SELECT customer, ${learns ? 'value_then' : `${contribution('was')} AS value_then`},
        ${contribution('was')} AS value_was, ${contribution('now')} AS value_now, was_revenue > 0 AS had,
        now_revenue > 0 AS has, was_cost, was_net_costed, now_cost, now_net_costed,
        bridge_price(was_list_value, was_net_listed, now_list_value, now_net_listed) AS price,
        was_activities - now_activities AS activities, was_direct - now_direct AS direct
      FROM account
    ),
    divided AS (
      SELECT customer, value_then, value_now, value_was - value_then AS learned, value_now - value_was AS change, had, has,
        if(had = has, price, 0) AS price, if(had = has, activities, 0) AS activities, if(had = has, direct, 0) AS direct,
        if(had = has, bridge_goods(was_cost, was_net_costed, now_cost, now_net_costed, price), 0) AS goods
      FROM compared
    ),
    caused AS (
      SELECT *, if(had = has, change - price - goods - activities - direct, 0) AS volume,
        if(has AND NOT had, change, 0) AS arrived, if(had AND NOT has, change, 0) AS lost,
        goods + activities + direct AS costs
      FROM divided
      ${narrowed}
    )`;
};

/** SQL by cause: the column of `caused` with its part, and for whom it counts. */
const parts: Readonly<Record<BridgeCause, { readonly column: string; readonly condition: string }>> = {
  new: { column: 'arrived', condition: 'arrived <> 0' },
  lost: { column: 'lost', condition: 'lost <> 0' },
  more: { column: 'volume', condition: 'volume > 0' },
  less: { column: 'volume', condition: 'volume < 0' },
  price: { column: 'price', condition: 'price <> 0' },
  costs: { column: 'costs', condition: 'costs <> 0' },
  learned: { column: 'learned', condition: 'learned <> 0' },
};

/** SQL: the whole bridge as one row. */
const bridged = (accounts: Accounts, narrowed: string) => `
  WITH ${caused(accounts, narrowed)}
  SELECT
    CAST(coalesce(sum(value_then), 0) AS BIGINT) AS "before", CAST(coalesce(sum(value_now), 0) AS BIGINT) AS "after",
    ${bridgeCauses
      .map((cause) => {
        const { column, condition } = parts[cause];
        return `{'amount': CAST(coalesce(sum(${column}) FILTER (WHERE ${condition}), 0) AS BIGINT),
            'customers': count(*) FILTER (WHERE ${condition})} AS "${cause}"`;
      })
      .join(', ')},
    {'goods': CAST(coalesce(sum(goods), 0) AS BIGINT), 'activities': CAST(coalesce(sum(activities), 0) AS BIGINT),
      'direct': CAST(coalesce(sum(direct), 0) AS BIGINT)} AS "of"
  FROM caused`;

type Bridged = Record<BridgeCause, Pick<BridgePart, 'amount' | 'customers'>> & {
  readonly before: number;
  readonly after: number;
  readonly of: NonNullable<BridgePart['of']>;
  readonly customerId?: string;
};

/** As known then at the first date, as known now at the first, and at the second. */
type Ends = readonly [End, End, End];

/** @throws BadQuestion */
async function endsOf(reading: Reading, params: ValueBridgeParams, services: Services): Promise<Ends> {
  const { months = 12 } = params;
  if (!Number.isInteger(months) || months < 1 || months > 120) {
    throw new BadQuestion('months', 'must be a whole number from 1 to 120');
  }
  const { known } = reading;
  const was = ending(reading, 'from', params.from);
  const now = params.to === undefined ? reading.asOf : ending(reading, 'to', params.to);
  if (now < was || (params.to !== undefined && params.to < params.from)) {
    throw new BadQuestion('to', 'must not be earlier than from');
  }
  const knownThen = params.knownFrom === undefined ? known : await position(reading, params.knownFrom, services);
  const at = (asOf: number, upTo: bigint): End => {
    const last = DateTime.fromISO(localDay(asOf, reading.timeZone), { zone: 'utc' });
    return {
      reading: services.readSide.reading({ asOf, known: upTo }),
      days: {
        from: last.minus({ months }).plus({ days: 1 }).toISODate() as string,
        to: last.plus({ days: 1 }).toISODate() as string,
      },
    };
  };
  return [at(was, knownThen), at(was, known), at(now, known)];
}

/** What made the value of one customer, of a segment or of all change between two dates. */
export const valueBridge: Question<ValueBridgeParams, ValueBridge> = async (reading, params, services) => {
  const { customerId, segment } = params;
  if (customerId !== undefined && segment !== undefined) {
    throw new BadQuestion('segment', 'means nothing together with `customer`');
  }
  const ends = await endsOf(reading, params, services);
  const [first, , end] = ends;
  const row =
    customerId === undefined
      ? await ofSeveral(ends, segment, services.leaveOut)
      : await ofOne(ends, customerId, services.leaveOut);
  const ended = ({ reading: { asOf, known: upToPosition }, days }: End, value: number): BridgeEnd => ({
    asOf: new Date(asOf).toISOString(),
    known: formatPosition(services.log.id, upToPosition),
    period: days,
    value,
  });
  return {
    currency: reading.currency,
    definition: definition(params.months),
    ...(row.customerId !== undefined && { customerId: row.customerId }),
    from: ended(first, row.before),
    to: ended(end, row.after),
    difference: row.after - row.before,
    parts: bridgeCauses.map((cause) => ({ cause, ...row[cause], ...(cause === 'costs' && { of: row.of }) })),
  };
};

export interface BridgedParams extends Omit<ValueBridgeParams, 'customerId'>, Paging {
  readonly cause: BridgeCause;
}

/** Amounts in minor units of the reporting currency. */
export interface BridgedCustomer {
  readonly customerId: string;
  readonly name: string | null;
  readonly accountManager: string | null;
  /** What of the change this cause made. */
  readonly amount: number;
  /** The whole value at either date. */
  readonly before: number;
  readonly after: number;
}

export interface BridgedCustomers extends Page<BridgedCustomer> {
  readonly currency: string;
  readonly definition: string;
  readonly cause: BridgeCause;
}

/** The customers behind a cause of the value bridge, the largest part first: over all pages they add up to it. */
export const bridgedCustomers: Question<BridgedParams, BridgedCustomers> = async (reading, params, services) => {
  const { cause, segment } = params;
  const { column, condition } = parts[cause] ?? {};
  if (!column) throw new BadQuestion('cause', `must be one of ${bridgeCauses.join(', ')}`);
  const sorted = sortedBy({ ...params, sort: '-amount' }, { amount: `abs(${column})` }, '-amount', `${cause}/`);
  const ends = await endsOf(reading, params, services);
  const end = ends[2].reading;
  const { accounts, narrowed, params: more } = await keptEnds(ends, segment);
  const rows = await end.rows<Omit<BridgedCustomer, 'name' | 'accountManager'> & { customer: number; place: number }>(
    `WITH ${caused(accounts, narrowed)}
     SELECT customer, customer_id, CAST(${column} AS BIGINT) AS amount, CAST(value_then AS BIGINT) AS "before",
       CAST(value_now AS BIGINT) AS "after", CAST(${sorted.column} AS BIGINT) AS place
     FROM caused JOIN customer_key USING (customer)
     WHERE ${condition} ${sorted.after}
     ${sorted.inOrder}`,
    { ...more, ...sorted.params },
  );
  const named = await namesOf(end, rows);
  return {
    currency: reading.currency,
    definition: definition(params.months),
    cause,
    ...sorted.page(rows, ({ customer, customerId, amount, before, after }): BridgedCustomer => {
      const { name = null, accountManager = null } = named.get(customer) ?? {};
      return { customerId, name, accountManager, amount, before, after };
    }),
  };
};

/** The accounts of all ends as kept tables, and what narrows them to a segment. */
async function keptEnds(
  ends: Ends,
  segment: Standing | undefined,
): Promise<{ accounts: Accounts; narrowed: string; params: Record<string, unknown> }> {
  const [, start] = ends;
  const kept: KeptContribution[] = [];
  // One after the other: two of them are often the same.
  for (const { reading, days } of ends) kept.push(await keepContribution(reading, days));
  // Who is one customer now was one all along: else being taken over would look like being lost.
  const anySame = kept.some((one) => one.anySame);
  const [thenKnown, was, now] = kept.map(({ bySource }) => accountsOf(bySource, anySame)) as [string, string, string];
  return {
    accounts: { thenKnown, was, now },
    narrowed:
      segment === undefined
        ? ''
        : `SEMI JOIN (
             SELECT customer FROM pyramid_from($was, $known, '${await keptStanding(start.reading, kept[1])}')
             WHERE segment = $segment
           ) AS placed USING (customer)`,
    params: segment === undefined ? {} : { was: new Date(start.reading.asOf), segment },
  };
}

async function ofSeveral(ends: Ends, segment: Standing | undefined, leaveOut: Services['leaveOut']): Promise<Bridged> {
  const [, start, end] = ends;
  const { accounts, narrowed, params } = await keptEnds(ends, segment);
  const [[row], unconverted] = await Promise.all([
    end.reading.rows<Bridged>(bridged(accounts, narrowed), params),
    unconvertedOfAll(end.reading, { from: start.days.from, to: end.days.to }),
  ]);
  if (!row) throw new Error('An aggregate without groups gave no row.');
  leaveOut(unconverted);
  return row;
}

async function ofOne(ends: Ends, asked: string, leaveOut: Services['leaveOut']): Promise<Bridged> {
  const [, start, end] = ends;
  const { customer, customerId, members } = await findCustomer(end.reading, asked);
  const sums: number[] = [];
  for (const { reading, days } of ends) {
    const [row] = await reading.rows<Record<string, number | null>>(`SELECT ${accountSums} FROM (${accountOfOne})`, {
      members,
      ...days,
    });
    sums.push(...Object.values(row ?? {}).map((sum) => sum ?? 0));
  }
  const [thenKnown, was, now] = ends.map((_, end) => {
    const columns = accountColumns.map(
      (name, index) => `CAST($sums AS BIGINT[])[${end * accountColumns.length + index + 1}] AS ${name}`,
    );
    return `(SELECT ${customer} AS customer, ${columns.join(', ')})`;
  }) as [string, string, string];
  const [row] = await end.reading.rows<Bridged>(bridged({ thenKnown, was, now }, ''), { sums });
  if (!row) throw new Error('An aggregate without groups gave no row.');
  leaveOut(await unconvertedOfOne(end.reading, { members, from: start.days.from, to: end.days.to }));
  return { ...row, customerId };
}

/** The end of a day, or what the question is as of where that is earlier. */
function ending(reading: Reading, path: 'from' | 'to', day: string): number {
  try {
    return Math.min(upTo(parseDay(day), reading.timeZone), reading.asOf);
  } catch (error) {
    throw error instanceof BadDate ? new BadQuestion(path, error.message) : error;
  }
}

/** What was known then, of what the question may know. */
async function position(reading: Reading, text: string, { log, readSide }: Services): Promise<bigint> {
  try {
    const known = /^[a-z0-9]+-\d{1,20}$/.test(text)
      ? parsePosition(log.id, text)
      : await readSide.knownAt(upTo(text, reading.timeZone));
    // The question knows no more than it was asked to.
    if (known > reading.known) return reading.known;
    return known;
  } catch (error) {
    throw error instanceof BadDate || error instanceof BadPosition
      ? new BadQuestion('knownFrom', error.message)
      : error;
  }
}
