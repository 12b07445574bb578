import { z } from 'zod';
import type { Decimal, Told } from './command.js';
import { decimalText, optionalDecimal, scaled, thousandths } from './decimal.js';
import { event, sealable } from './event.js';
import { duringDay } from './moment.js';
import { mustBeActive, type Profile } from './profile.js';
import { Refused } from './refused.js';
import {
  currency,
  fraction,
  label,
  localDate,
  longText,
  minorUnits,
  quantity,
  repId,
  unitPrice,
  uuid,
} from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';

export const orderLine = z.strictObject({
  sku: label,
  description: label.optional(),
  productGroup: label.optional(),
  quantity,
  /** Before discount, per unit. */
  listPrice: unitPrice.optional(),
  discountRate: fraction.optional(),
  /** Whole line after discount, minor units of the order's currency, rounded half away from zero. */
  net: minorUnits,
  /** Cost of goods of the whole line, minor units. */
  cost: minorUnits.optional(),
  specification: label.optional(),
  promisedOn: localDate.optional(),
});

/** Lines are numbered from 1 in the order they were placed. */
const lineNumber = z.int().min(1).max(10_000);

export const events = {
  OrderPlaced: event(
    z.strictObject({
      orderId: uuid,
      soldBy: repId.optional(),
      currency,
      /** Where it was sold to; the customer's country follows its latest order that says. */
      country: label.optional(),
      awardedThoughNotCheapest: z.boolean().optional(),
      lines: z.array(orderLine).min(1).max(2_000),
      paymentTermsDays: z.int().min(0).max(3_650).optional(),
    }),
    { identity: 'orderId' },
  ),
  OrderDelivered: event(
    z.strictObject({
      orderId: uuid,
      /** What was delivered; all of the order when left out. */
      lines: z
        .array(z.strictObject({ line: lineNumber, quantity }))
        .max(2_000)
        .optional(),
      deliveredOn: localDate,
    }),
    { identity: 'orderId' },
  ),
  /** Goods that came back, or were credited; quantities and amounts are positive. */
  OrderLineReturned: event(
    z.strictObject({
      returnId: uuid,
      /** Unknown on a credit note that names none. */
      orderId: uuid.optional(),
      currency,
      country: label.optional(),
      lines: z
        .array(
          z.strictObject({
            line: lineNumber.optional(),
            sku: label,
            description: label.optional(),
            productGroup: label.optional(),
            quantity,
            listPrice: unitPrice.optional(),
            discountRate: fraction.optional(),
            /** Amount credited; 0 for goods that were worth nothing. */
            net: minorUnits,
            cost: minorUnits.optional(),
          }),
        )
        .min(1)
        .max(2_000),
      reason: sealable(longText).optional(),
      /** Set on an imported return of more than was ordered. */
      flags: z
        .array(z.enum(['exceedsOrdered']))
        .max(1)
        .optional(),
      soldBy: repId.optional(),
    }),
    { identity: 'returnId' },
  ),
  OrderCancelled: event(z.strictObject({ orderId: uuid, reason: sealable(longText).optional() }), {
    identity: 'orderId',
  }),
  InvoicePaid: event(
    z.strictObject({
      orderId: uuid,
      invoice: label.optional(),
      dueOn: localDate.optional(),
      paidOn: localDate,
      amount: minorUnits,
      currency,
    }),
    { identity: 'orderId' },
  ),
};

export interface PlaceOrder extends Told {
  /** The same as `occurredAt`, by the name that an order book gives it. */
  readonly placedAt?: string;
  readonly soldBy?: string;
  readonly currency: string;
  readonly country?: string;
  readonly awardedThoughNotCheapest?: boolean;
  readonly lines: readonly PlacedLine[];
  readonly paymentTermsDays?: number;
}

export interface PlacedLine {
  readonly sku: string;
  readonly description?: string;
  readonly productGroup?: string;
  readonly quantity: Decimal;
  readonly listPrice?: Decimal;
  readonly discountRate?: Decimal;
  /** Minor units, whole line. */
  readonly net: number;
  /** Minor units, whole line. */
  readonly cost?: number;
  readonly specification?: string;
  readonly promisedOn?: string;
}

export interface DeliverOrder extends Told {
  readonly orderId: string;
  /** All of the order when left out. */
  readonly lines?: readonly { readonly line: number; readonly quantity: Decimal }[];
  readonly deliveredOn: string;
}

export interface ReturnOrderLines extends Told {
  /** Only an imported return may leave it out. */
  readonly orderId?: string;
  readonly lines: readonly ReturnedLine[];
  readonly reason?: string;
  /** That of the order when left out. */
  readonly currency?: string;
  readonly country?: string;
  readonly soldBy?: string;
}

/** Quantities and amounts are positive. */
export interface ReturnedLine {
  /** Number of the order's line, from 1. */
  readonly line?: number;
  readonly sku: string;
  readonly description?: string;
  readonly productGroup?: string;
  readonly quantity: Decimal;
  readonly listPrice?: Decimal;
  readonly discountRate?: Decimal;
  readonly net: number;
  readonly cost?: number;
}

export interface CancelOrder extends Told {
  readonly orderId: string;
  readonly reason?: string;
}

export interface PayInvoice extends Told {
  readonly orderId: string;
  readonly invoice?: string;
  readonly dueOn?: string;
  readonly paidOn: string;
  readonly amount: number;
  /** That of the order when left out. */
  readonly currency?: string;
}

export interface Commands {
  PlaceOrder: PlaceOrder;
  DeliverOrder: DeliverOrder;
  ReturnOrderLines: ReturnOrderLines;
  CancelOrder: CancelOrder;
  PayInvoice: PayInvoice;
}

/** What the rules have to know of an order: by line from 0, and by article. */
export interface Order {
  readonly currency: string;
  readonly skus: readonly string[];
  /** Quantities as they were told: hardly ever asked for. */
  readonly ordered: readonly string[];
  /** In thousandths. */
  readonly returnedByLine: Map<number, bigint>;
  readonly returnedBySku: Map<string, bigint>;
  cancelled: boolean;
  /** In thousandths by line from 1; undefined while nothing was. */
  delivered: 'all' | Map<number, bigint> | undefined;
}

export type Orders = Map<string, Order>;

interface State {
  readonly profile: Profile;
  readonly orders: Orders;
}

export function initial(): Orders {
  return new Map();
}

/** @throws Refused for an order that is not there, or was cancelled */
export function mustStand(orders: Orders, orderId: string): Order {
  const order = orders.get(orderId);
  if (!order) throw new Refused('unknown-order', `The customer has no order ${orderId}.`, 'orderId');
  if (order.cancelled) throw new Refused('order-cancelled', `Order ${orderId} was cancelled.`, 'orderId');
  return order;
}

/** Whether everything that was ordered has been delivered. Never of an order that was cancelled. */
export function isDelivered(orders: Orders, orderId: string): boolean {
  const order = orders.get(orderId);
  if (!order?.delivered || order.cancelled) return false;
  const { delivered, ordered } = order;
  if (delivered === 'all') return true;
  return ordered.every((quantity, line) => (delivered.get(line + 1) ?? 0n) >= thousandths(quantity));
}

function orderedOf(order: Order, sku: string): bigint {
  return order.ordered.reduce(
    (sum, quantity, line) => (order.skus[line] === sku ? sum + thousandths(quantity) : sum),
    0n,
  );
}

/** The first line that takes back more than was ordered and has not come back yet: of its order line, or of its article. */
function excess(order: Order, lines: readonly { line?: number; sku: string; quantity: string }[]): number | undefined {
  const byLine = new Map(order.returnedByLine);
  const bySku = new Map(order.returnedBySku);
  const index = lines.findIndex(({ line, sku, quantity }) => {
    const returned = (bySku.get(sku) ?? 0n) + thousandths(quantity);
    bySku.set(sku, returned);
    if (returned > orderedOf(order, sku)) return true;
    if (line === undefined) return false;
    const ofLine = (byLine.get(line) ?? 0n) + thousandths(quantity);
    byLine.set(line, ofLine);
    return ofLine > thousandths(order.ordered[line - 1] ?? '0');
  });
  return index < 0 ? undefined : index;
}

/** No currency has more minor units to one of its own (ISO 4217). */
const MOST_MINOR_UNITS = 1_000n;

interface ValuedLine {
  readonly quantity: string;
  readonly listPrice?: string | undefined;
  readonly net: number;
  readonly cost?: number | undefined;
}

/** Whatever adds up lines must be able to count in whole minor units: what a line or all of them are worth is bounded. */
function mustBeCountable(lines: readonly ValuedLine[]): void {
  const total = { list: 0n, net: 0n, cost: 0n };
  lines.forEach(({ quantity: count, listPrice = '0', net, cost = 0 }, index) => {
    total.list += (thousandths(count) * scaled(listPrice.replace('-', ''), 6) * MOST_MINOR_UNITS) / 1_000_000_000n;
    total.net += BigInt(Math.abs(net));
    total.cost += BigInt(Math.abs(cost));
    const path = { list: 'listPrice', net: 'net', cost: 'cost' } as const;
    for (const part of ['list', 'net', 'cost'] as const) {
      if (total[part] <= BigInt(Number.MAX_SAFE_INTEGER)) continue;
      throw new Refused(
        'amount-too-large',
        'That is more than can be counted in whole minor units: the lines may be worth nine million million together.',
        `lines.${index}.${path[part]}`,
      );
    }
  });
}

export const rules: Rules<typeof events, State> = {
  OrderPlaced({ profile, orders }, { data, occurredAt }) {
    mustBeActive(profile, occurredAt);
    mustBeCountable(data.lines);
    if (orders.has(data.orderId))
      throw new Refused('order-already-placed', `Order ${data.orderId} is there already.`, 'id');
  },
  OrderDelivered({ orders }, { data }) {
    const order = mustStand(orders, data.orderId);
    data.lines?.forEach(({ line }, index) => {
      if (line > order.ordered.length) {
        throw new Refused('unknown-order-line', `The order has no line ${line}.`, `lines.${index}.line`);
      }
    });
  },
  OrderLineReturned({ orders }, { data }) {
    mustBeCountable(data.lines);
    if (data.orderId === undefined) return;
    const order = mustStand(orders, data.orderId);
    if (data.currency !== order.currency) {
      throw new Refused('other-currency', `The order is in ${order.currency}.`, 'currency');
    }
    // Over-returned and said so by the import: counted, so that a later return by hand sees it.
    if (data.flags?.includes('exceedsOrdered')) return;
    data.lines.forEach(({ line, sku }, index) => {
      if (line !== undefined && order.skus[line - 1] !== sku) {
        throw new Refused('unknown-order-line', `Line ${line} of the order is not ${sku}.`, `lines.${index}.line`);
      }
      if (!order.skus.includes(sku)) {
        throw new Refused('unknown-order-line', `${sku} is not in the order.`, `lines.${index}.sku`);
      }
    });
    const index = excess(order, data.lines);
    if (index !== undefined) {
      throw new Refused(
        'return-exceeds-ordered',
        `More ${data.lines[index]?.sku} would have come back than was ordered.`,
        `lines.${index}.quantity`,
      );
    }
  },
  OrderCancelled({ orders }, { data }) {
    const order = orders.get(data.orderId);
    if (order?.cancelled) {
      throw new Refused('order-already-cancelled', `Order ${data.orderId} was cancelled already.`, 'orderId');
    }
    mustStand(orders, data.orderId);
  },
  InvoicePaid({ orders }, { data }) {
    // Also of a cancelled order: the money may have been under way.
    if (!orders.has(data.orderId)) {
      throw new Refused('unknown-order', `The customer has no order ${data.orderId}.`, 'orderId');
    }
  },
};

export const evolve: Evolve<typeof events, Orders> = {
  OrderPlaced(orders, { data }) {
    orders.set(data.orderId, {
      currency: data.currency,
      skus: data.lines.map(({ sku }) => sku),
      ordered: data.lines.map(({ quantity: text }) => text),
      returnedByLine: new Map(),
      returnedBySku: new Map(),
      cancelled: false,
      delivered: undefined,
    });
  },
  OrderDelivered(orders, { data }) {
    const order = orders.get(data.orderId);
    if (!order || order.delivered === 'all') return;
    if (!data.lines) {
      order.delivered = 'all';
      return;
    }
    order.delivered ??= new Map();
    for (const { line, quantity: text } of data.lines) {
      order.delivered.set(line, (order.delivered.get(line) ?? 0n) + thousandths(text));
    }
  },
  OrderLineReturned(orders, { data }) {
    const order = data.orderId === undefined ? undefined : orders.get(data.orderId);
    if (!order) return;
    for (const { line, sku, quantity: text } of data.lines) {
      const returned = thousandths(text);
      order.returnedBySku.set(sku, (order.returnedBySku.get(sku) ?? 0n) + returned);
      if (line !== undefined) order.returnedByLine.set(line, (order.returnedByLine.get(line) ?? 0n) + returned);
    }
  },
  OrderCancelled(orders, { data }) {
    const order = orders.get(data.orderId);
    if (order) order.cancelled = true;
  },
  InvoicePaid: always,
};

export const decide: Decide<Commands, State, typeof events> = {
  PlaceOrder(_, command, { id, occurredAt }) {
    return [
      {
        type: 'OrderPlaced',
        occurredAt,
        data: {
          orderId: id,
          soldBy: command.soldBy,
          currency: command.currency,
          country: command.country,
          awardedThoughNotCheapest: command.awardedThoughNotCheapest,
          lines: command.lines.map((line) => ({
            sku: line.sku,
            description: line.description,
            productGroup: line.productGroup,
            quantity: decimalText(line.quantity),
            listPrice: optionalDecimal(line.listPrice),
            discountRate: optionalDecimal(line.discountRate),
            net: line.net,
            cost: line.cost,
            specification: line.specification,
            promisedOn: line.promisedOn,
          })),
          paymentTermsDays: command.paymentTermsDays,
        },
      },
    ];
  },
  DeliverOrder(_, command, moment) {
    return [
      {
        type: 'OrderDelivered',
        occurredAt: duringDay(command.deliveredOn, 'deliveredOn', command, moment),
        data: {
          orderId: command.orderId,
          lines: command.lines?.map((line) => ({ line: line.line, quantity: decimalText(line.quantity) })),
          deliveredOn: command.deliveredOn,
        },
      },
    ];
  },
  ReturnOrderLines({ orders }, command, { id, occurredAt, source, currency }) {
    const imported = source === 'import';
    if (command.orderId === undefined && !imported) {
      throw new Refused('order-needed', 'A return that is typed in names its order.', 'orderId');
    }
    const order = command.orderId === undefined ? undefined : orders.get(command.orderId);
    const lines = command.lines.map((line) => ({
      line: line.line,
      sku: line.sku,
      description: line.description,
      productGroup: line.productGroup,
      quantity: decimalText(line.quantity),
      listPrice: optionalDecimal(line.listPrice),
      discountRate: optionalDecimal(line.discountRate),
      net: line.net,
      cost: line.cost,
    }));
    const exceeds = imported && order !== undefined && excess(order, lines) !== undefined;
    return [
      {
        type: 'OrderLineReturned',
        occurredAt,
        data: {
          returnId: id,
          orderId: command.orderId,
          currency: command.currency ?? order?.currency ?? currency,
          country: command.country,
          lines,
          reason: command.reason,
          flags: exceeds ? ['exceedsOrdered'] : undefined,
          soldBy: command.soldBy,
        },
      },
    ];
  },
  CancelOrder(_, { orderId, reason }, { occurredAt }) {
    return [{ type: 'OrderCancelled', occurredAt, data: { orderId, reason } }];
  },
  PayInvoice({ orders }, command, moment) {
    return [
      {
        type: 'InvoicePaid',
        occurredAt: duringDay(command.paidOn, 'paidOn', command, moment),
        data: {
          orderId: command.orderId,
          invoice: command.invoice,
          dueOn: command.dueOn,
          paidOn: command.paidOn,
          amount: command.amount,
          currency: command.currency ?? orders.get(command.orderId)?.currency ?? moment.currency,
        },
      },
    ];
  },
};
