import { BadQuestion, type Question, type Services, type Unconverted } from '../ask.js';
import { BadDate, localDay, parseDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { type FoundCustomer, findCustomer } from './customer.js';
import { afterEvent, limitOf, type Page, type Paging, pageOfEvents } from './paging.js';
import { keptStanding, type Standing } from './ranking.js';
import {
  byNumber,
  type CustomerFilter,
  type CustomerGrouping,
  customerGroupings,
  customerGroups,
  type Needed,
  namesOf,
  neededBy,
  sortedBy,
  sortsOf,
  whichCustomers,
} from './which-customers.js';

/**
 * What a customer has been worth. Amounts in minor units of the reporting currency. Cancelled orders and their returns
 * count nowhere.
 */
export interface ValueFigures {
  /** Ordered less returned. */
  readonly revenue: number;
  readonly orderedNet: number;
  readonly returnsNet: number;
  readonly orders: number;
  /** Orders that were worth more than nothing. */
  readonly ordersWithValue: number;
  readonly returns: number;
  /** Ordered, per order with value. */
  readonly averageOrder: number | null;
  /** At list price, of the lines that have one. */
  readonly listValue: number;
  /** List value less net, of the same lines. */
  readonly discountGiven: number;
  /** Of the lines with a known cost. */
  readonly cost: number;
  /** Net less cost of the lines with a known cost. */
  readonly margin: number;
  /** Share of the revenue whose cost is known; null without revenue. */
  readonly marginKnownShare: number | null;
  readonly firstOrder: string | null;
  readonly lastOrder: string | null;
  readonly lastOrderWithValue: string | null;
}

/** Local days; from included, to excluded. Everything when left out. */
export interface Period {
  readonly from?: string;
  readonly to?: string;
}

export interface PeriodDays {
  readonly from: string;
  readonly to: string;
}

const everything: PeriodDays = { from: '0001-01-01', to: '9999-12-31' };

/** @throws BadQuestion */
export function periodDays(period: Period): PeriodDays {
  const days = { ...everything };
  for (const path of ['from', 'to'] as const) {
    const text = period[path];
    if (text === undefined) continue;
    try {
      days[path] = parseDay(text);
    } catch (error) {
      throw error instanceof BadDate ? new BadQuestion(path, error.message) : error;
    }
  }
  if (days.from >= days.to) throw new BadQuestion('to', 'must be later than from');
  return days;
}

const figures = `value_figures(kind, occurred_at, amount, net, list_value, net_listed, cost, net_costed)`;
const within = `occurred_on >= CAST($from AS DATE) AND occurred_on < CAST($to AS DATE)`;
const ofMembers = `source IN (SELECT unnest(CAST($members AS INTEGER[])))`;

/** The figures of one customer, with what was left out of them for want of a rate. */
export async function figuresOf(
  reading: Reading,
  { members }: Pick<FoundCustomer, 'members'>,
  days: PeriodDays = everything,
  leaveOut?: Services['leaveOut'],
): Promise<ValueFigures> {
  const params = { members, ...days };
  const [row] = await reading.rows<{
    figures: ValueFigures;
    unconverted: { currency: string; amount: number }[] | null;
  }>(
    `WITH counted AS MATERIALIZED (FROM order_value($as_of, $known) WHERE ${ofMembers} AND ${within})
     SELECT ${figures} AS figures,
       (SELECT list({'currency': currency, 'amount': amount} ORDER BY currency) FROM (
         SELECT currency, CAST(sum(amount) AS BIGINT) AS amount FROM counted WHERE NOT converted GROUP BY currency
       )) AS unconverted
     FROM counted`,
    params,
  );
  if (!row) throw new Error('An aggregate without groups gave no row.');
  leaveOut?.(row.unconverted ?? []);
  return row.figures;
}

export interface ValueOfOneParams extends Period, Paging {
  readonly customerId: string;
  /** Lists the events behind the figures. */
  readonly explain?: boolean;
}

/** An event and what it adds to each figure; over all pages these add up to the figures. */
export interface Explained {
  readonly eventId: string;
  readonly position: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly actor: string;
  readonly kind: 'order' | 'return';
  readonly orderId: string | null;
  readonly returnId: string | null;
  /** As it was agreed. */
  readonly amount: number;
  readonly currency: string;
  /** Null where there is no exchange rate: it is then in no figure but the number of orders. */
  readonly adds: {
    readonly revenue: number;
    readonly orderedNet: number;
    readonly returnsNet: number;
    readonly orders: number;
    readonly ordersWithValue: number;
    readonly returns: number;
    readonly listValue: number;
    readonly discountGiven: number;
    readonly cost: number;
    readonly margin: number;
  } | null;
}

/** An order or return that counts nowhere because the order was cancelled. */
export interface LeftOut {
  readonly eventId: string;
  readonly occurredAt: string;
  readonly kind: 'order' | 'return';
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  readonly cancelledBy: string;
}

export interface ValueOfOne {
  /** The one that counts: another than was asked for when that one is part of it. */
  readonly customerId: string;
  readonly currency: string;
  readonly value: ValueFigures;
  readonly events?: Page<Explained>;
  readonly leftOut?: readonly LeftOut[];
}

/** What one customer has been worth, over a period or in all. */
export const valueOfOne: Question<ValueOfOneParams, ValueOfOne> = async (reading, params, services) => {
  const found = await findCustomer(reading, params.customerId);
  const days = periodDays(params);
  const value = await figuresOf(reading, found, days, services.leaveOut);
  const answer = { customerId: found.customerId, currency: reading.currency, value };
  if (!params.explain) return answer;
  const [events, leftOut] = await Promise.all([
    explain(reading, found, days, params, services),
    reading.rows<LeftOut>(
      `SELECT * FROM value_left_out($as_of, $known, CAST($members AS INTEGER[]))
       WHERE ${within} ORDER BY occurred_at, event_id`,
      { members: found.members, ...days },
    ),
  ]);
  return { ...answer, events, leftOut };
};

async function explain(
  reading: Reading,
  { members }: FoundCustomer,
  days: PeriodDays,
  paging: Paging,
  { log }: Services,
): Promise<Page<Explained>> {
  const limit = limitOf(paging);
  const after = afterEvent(paging);
  const rows = await reading.rows<Omit<Explained, 'position'> & { position: number }>(
    `WITH counted AS MATERIALIZED (
       FROM order_value($as_of, $known)
       WHERE ${ofMembers} AND ${within} AND position > CAST($after AS BIGINT)
       ORDER BY position
       LIMIT CAST($limit AS BIGINT) + 1
     )
     SELECT event.event_id, event.position, event.occurred_at, event.recorded_at, event.actor, kind, order_id, return_id,
       amount, currency,
       CASE WHEN net IS NOT NULL THEN {
         'revenue': net,
         'ordered_net': if(kind = 'order', net, 0),
         'returns_net': if(kind = 'return', -net, 0),
         'orders': if(kind = 'order', 1, 0),
         'orders_with_value': if(kind = 'order' AND amount > 0, 1, 0),
         'returns': if(kind = 'return', 1, 0),
         'list_value': list_value,
         'discount_given': list_value - net_listed,
         'cost': cost,
         'margin': net_costed - cost
       } END AS adds
     FROM counted
     JOIN event ON event.position = counted.position
     ORDER BY event.position`,
    { members, ...days, after, limit },
  );
  return pageOfEvents(rows, limit, log.id);
}

type Sortable = Exclude<keyof ValueFigures, 'firstOrder' | 'lastOrder' | 'lastOrderWithValue'>;

const sortColumns: Readonly<Record<Sortable | 'name', string>> = {
  name: `lower(strip_accents(coalesce(name, '')))`,
  revenue: byNumber('revenue'),
  orderedNet: byNumber('ordered_net'),
  returnsNet: byNumber('returns_net'),
  orders: byNumber('orders'),
  ordersWithValue: byNumber('orders_with_value'),
  returns: byNumber('returns'),
  averageOrder: byNumber('average_order'),
  listValue: byNumber('list_value'),
  discountGiven: byNumber('discount_given'),
  cost: byNumber('cost'),
  margin: byNumber('margin'),
  marginKnownShare: byNumber('margin_known_share'),
};

/** A figure's name, with a minus sign for the largest first. */
export const valueSorts = sortsOf(sortColumns);

export const valueGroupings = customerGroupings;
export type ValueGrouping = CustomerGrouping;

export interface ValueFilter extends Period, CustomerFilter {}

export interface ValueOfAllParams extends ValueFilter, Paging {
  /** One of valueSorts; `-revenue` when left out. */
  readonly sort?: string;
}

export interface CustomerValue extends ValueFigures {
  readonly customerId: string;
  readonly name: string | null;
  readonly country: string | null;
  readonly segment: Standing;
  readonly accountManager: string | null;
}

export interface ValueOfAll extends Page<CustomerValue> {
  readonly currency: string;
  /** How many customers there are, those on other pages included, and what they are worth together. */
  readonly customers: number;
  readonly total: ValueFigures;
}

export interface ValueOfGroup {
  /** Null for customers without one. */
  readonly group: string | null;
  readonly customers: number;
  readonly value: ValueFigures;
}

/** The customers that pass the filter, with only those tables joined that something asks of. */
async function selection(reading: Reading, filter: ValueFilter, leaveOut: Services['leaveOut'], needed: Needed = {}) {
  const days = periodDays(filter);
  const [state] = await reading.rows<{ position: number; occurredAt: string | null }>(
    'FROM revenue_state($as_of, $known)',
  );
  const key = [localDay(reading.asOf, reading.timeZone), state?.position, state?.occurredAt, days.from, days.to].join(
    '/',
  );
  const period = 'CAST($from AS DATE), CAST($to AS DATE)';
  const [values, ranking, unconverted] = await Promise.all([
    // Kept, because paging and sorting ask for the same again and again.
    reading.keep('customer_value', key, `FROM customer_value($as_of, $known, ${period})`, { ...days }),
    keptStanding(reading),
    reading.rows<Unconverted>(`FROM unconverted_amounts($as_of, $known, ${period})`, { ...days }),
  ]);
  leaveOut(unconverted);
  // Who ordered and isn't in the ranking is inactive.
  return whichCustomers(`${values} AS figures`, filter, { ...needed, segment: true }, async () => ranking);
}

/** What every customer that ordered has been worth, over a period or in all. */
export const valueOfAll: Question<ValueOfAllParams, ValueOfAll> = async (reading, params, { leaveOut }) => {
  const sorted = sortedBy(params, sortColumns, '-revenue');
  const selected = await selection(reading, params, leaveOut, { profile: sorted.column === sortColumns.name });
  const [rows, [total]] = await Promise.all([
    reading.rows<CustomerValue & { customer: number; place: string | number }>(
      `SELECT customer_id, figures.* EXCLUDE (net_costed, averaged), coalesce(segment, 'inactive') AS segment,
         ${sorted.column} AS place
       FROM ${selected.from}
       WHERE ${selected.where} ${sorted.after}
       ${sorted.inOrder}`,
      { ...selected.params, ...sorted.params },
    ),
    reading.rows<Omit<ValueOfGroup, 'group'>>(
      `SELECT count(*) AS customers, value_total(figures) AS "value" FROM ${selected.from} WHERE ${selected.where}`,
      selected.params,
    ),
  ]);
  const named = await namesOf(reading, rows);
  return {
    currency: reading.currency,
    customers: total?.customers ?? 0,
    total: total?.value ?? nothing,
    ...sorted.page(rows, ({ place: _, customer, customerId, ...row }): CustomerValue => {
      const { name = null, country = null, accountManager = null } = named.get(customer) ?? {};
      return { ...row, customerId, name, country, accountManager };
    }),
  };
};

const nothing: ValueFigures = {
  revenue: 0,
  orderedNet: 0,
  returnsNet: 0,
  orders: 0,
  ordersWithValue: 0,
  returns: 0,
  averageOrder: null,
  listValue: 0,
  discountGiven: 0,
  cost: 0,
  margin: 0,
  marginKnownShare: null,
  firstOrder: null,
  lastOrder: null,
  lastOrderWithValue: null,
};

export interface ValueByGroup {
  readonly currency: string;
  readonly groups: readonly ValueOfGroup[];
}

/** What customers have been worth, together per segment, account manager or country; most revenue first. */
export const valueByGroup: Question<ValueFilter & { by: ValueGrouping }, ValueByGroup> = async (
  reading,
  params,
  { leaveOut },
) => {
  const selected = await selection(reading, params, leaveOut, neededBy(params.by));
  return {
    currency: reading.currency,
    groups: await reading.rows<ValueOfGroup>(
      `SELECT ${customerGroups[params.by]} AS "group", count(*) AS customers, value_total(figures) AS "value"
       FROM ${selected.from}
       WHERE ${selected.where}
       GROUP BY "group"
       ORDER BY sum(revenue) DESC, "group" NULLS LAST`,
      selected.params,
    ),
  };
};
