import { DateTime } from 'luxon';
import { BadQuestion, type Question, type Services } from '../ask.js';
import { BadDate, localDay, parseDay, upTo } from '../dates.js';
import { BadPosition, formatPosition, parsePosition } from '../ports/position.js';
import type { Reading } from '../ports/read-side.js';
import { accountOfOne, accountSums, keepContribution, unconvertedOfAll, unconvertedOfOne } from './contribution.js';
import { findCustomer } from './customer.js';
import { keptStanding, type Standing } from './ranking.js';
import type { PeriodDays } from './value.js';

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

const definition = (months: number) =>
  `Value: net contribution over the ${months} months up to and including a day. new, lost: of customers with net revenue ` +
  'in only one of the two periods. Of the others, price: the lines sold at a list price, at the discounts given now ' +
  'against those given then; costs: of goods per net revenue at the same prices, of activities and direct ones; more, ' +
  'less: what remains, the volume and mix of what was bought. learned: what was recorded since about what had happened ' +
  'by the first date.';

/** Sums of contribution_by_source, in this order. */
const columns = [
  'revenue',
  'returns_net',
  'orders',
  'list_value',
  'net_listed',
  'cost',
  'net_costed',
  'activities',
  'direct',
] as const;

interface End {
  readonly reading: Reading;
  readonly days: PeriodDays;
}

const contribution = (end: string) => `${end}.net_costed - ${end}.cost - ${end}.activities - ${end}.direct`;

/** `account`: one row a customer and end (0 as known then, 1 the same as known now, 2 the later one). */
const bridged = (account: string, narrowed: string) => `
  WITH
    account AS MATERIALIZED (${account}),
    ended AS (
      SELECT customer, ${[0, 1, 2]
        .map((end) => {
          const sums = columns.map((name) => `'${name}': coalesce(sum(${name}) FILTER (WHERE "end" = ${end}), 0)`);
          return `{${sums.join(', ')}} AS ${['then_known', 'was', 'now'][end]}`;
        })
        .join(', ')}
      FROM account
      GROUP BY customer
    ),
    compared AS (
      SELECT customer, ${contribution('then_known')} AS value_then, ${contribution('was')} AS value_was,
        ${contribution('now')} AS value_now, was.revenue > 0 AS had, now.revenue > 0 AS has,
        bridge_price(was.list_value, was.net_listed, now.list_value, now.net_listed) AS price,
        was.cost AS cost_was, was.net_costed AS costed_was, now.cost AS cost_now, now.net_costed AS costed_now,
        was.activities - now.activities AS activities, was.direct - now.direct AS direct
      FROM ended
    ),
    divided AS (
      SELECT customer, value_then, value_now, value_was - value_then AS learned, value_now - value_was AS change, had, has,
        if(had = has, price, 0) AS price, if(had = has, activities, 0) AS activities, if(had = has, direct, 0) AS direct,
        if(had = has, bridge_goods(cost_was, costed_was, cost_now, costed_now, price), 0) AS goods
      FROM compared
    ),
    caused AS (
      SELECT *, if(had = has, change - price - goods - activities - direct, 0) AS volume,
        if(has AND NOT had, change, 0) AS arrived, if(had AND NOT has, change, 0) AS lost,
        goods + activities + direct AS costs
      FROM divided
      ${narrowed}
    )
  SELECT
    CAST(coalesce(sum(value_then), 0) AS BIGINT) AS "before", CAST(coalesce(sum(value_now), 0) AS BIGINT) AS "after",
    ${[
      ['new', 'arrived', 'true'],
      ['lost', 'lost', 'true'],
      ['more', 'volume', 'volume > 0'],
      ['less', 'volume', 'volume < 0'],
      ['price', 'price', 'true'],
      ['costs', 'costs', 'true'],
      ['learned', 'learned', 'true'],
    ]
      .map(
        ([cause, column, condition]) =>
          `{'amount': CAST(coalesce(sum(${column}) FILTER (WHERE ${condition}), 0) AS BIGINT),
            'customers': count(*) FILTER (WHERE ${condition} AND ${column} <> 0)} AS "${cause}"`,
      )
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

/** What made the value of one customer, of a segment or of all change between two dates. */
export const valueBridge: Question<ValueBridgeParams, ValueBridge> = async (reading, params, services) => {
  const { months = 12, customerId, segment } = params;
  if (!Number.isInteger(months) || months < 1 || months > 120) {
    throw new BadQuestion('months', 'must be a whole number from 1 to 120');
  }
  if (customerId !== undefined && segment !== undefined) {
    throw new BadQuestion('segment', 'means nothing together with `customer`');
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
  const ends = [at(was, knownThen), at(was, known), at(now, known)] as const;
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
    definition: definition(months),
    ...(row.customerId !== undefined && { customerId: row.customerId }),
    from: ended(first, row.before),
    to: ended(end, row.after),
    difference: row.after - row.before,
    parts: bridgeCauses.map((cause) => ({ cause, ...row[cause], ...(cause === 'costs' && { of: row.of }) })),
  };
};

async function ofSeveral(
  ends: readonly [End, End, End],
  segment: Standing | undefined,
  leaveOut: Services['leaveOut'],
): Promise<Bridged> {
  const [, start, end] = ends;
  const kept: string[] = [];
  // One after the other: two of them are often the same.
  for (const one of ends) kept.push((await keepContribution(one.reading, one.days)).bySource);
  // Who is one customer now was one all along: else being taken over would look like being lost.
  const account = `
    SELECT "end", coalesce(effective, source) AS customer, ${accountSums}
    FROM (${kept.map((table, index) => `SELECT ${index} AS "end", * FROM ${table}`).join(' UNION ALL ')})
    LEFT JOIN same_customer($as_of, $known) AS same ON same.customer = source
    GROUP BY ALL`;
  const narrowed =
    segment === undefined
      ? ''
      : `SEMI JOIN (
           SELECT customer FROM pyramid_from($was, $known, '${await keptStanding(start.reading)}') WHERE segment = $segment
         ) AS placed USING (customer)`;
  const [[row], unconverted] = await Promise.all([
    end.reading.rows<Bridged>(bridged(account, narrowed), {
      ...(segment !== undefined && { was: new Date(start.reading.asOf), segment }),
    }),
    unconvertedOfAll(end.reading, { from: start.days.from, to: end.days.to }),
  ]);
  if (!row) throw new Error('An aggregate without groups gave no row.');
  leaveOut(unconverted);
  return row;
}

async function ofOne(ends: readonly [End, End, End], asked: string, leaveOut: Services['leaveOut']): Promise<Bridged> {
  const [, start, end] = ends;
  const { customer, customerId, members } = await findCustomer(end.reading, asked);
  const sums: number[][] = [];
  for (const { reading, days } of ends) {
    const [row] = await reading.rows<Record<string, number | null>>(`SELECT ${accountSums} FROM (${accountOfOne})`, {
      members,
      ...days,
    });
    sums.push(Object.values(row ?? {}).map((sum) => sum ?? 0));
  }
  const account = `
    SELECT unnest([0, 1, 2]) AS "end", ${customer} AS customer,
      ${columns.map((name, index) => `unnest(CAST($sums_${index} AS BIGINT[])) AS ${name}`).join(', ')}`;
  const [row] = await end.reading.rows<Bridged>(
    bridged(account, ''),
    Object.fromEntries(columns.map((_, index) => [`sums_${index}`, sums.map((of) => of[index])])),
  );
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
