import type { Decimal } from '../../domain/command.js';
import { decimalText } from '../../domain/decimal.js';
import type { PlaceOrder } from '../../domain/orders.js';
import { BadQuestion, NotFound, type Question } from '../ask.js';
import { formatPosition } from '../ports/position.js';
import { findCustomer } from './customer.js';

/** Which order is repeated: the last one when nothing is said. */
export interface OrderKind {
  readonly orderId?: string;
  /** Only lines of this product group are repeated. */
  readonly productGroup?: string;
  /** Only lines of this article are repeated. */
  readonly sku?: string;
}

export interface RepeatOrderParams extends OrderKind {
  readonly customerId: string;
  /** In the place of what was ordered, by line of the order; 0 leaves a line out. */
  readonly quantities?: readonly { readonly line: number; readonly quantity: Decimal }[];
}

/** Rates are fractions, unit prices are in units of the currency, amounts in minor units of it. */
export interface RepeatedLine {
  /** Of the order that is repeated, from 1. */
  readonly line: number;
  readonly sku: string;
  readonly description: string | null;
  readonly productGroup: string | null;
  readonly specification: string | null;
  readonly before: {
    readonly quantity: number;
    /** Of that, how much came back. */
    readonly returned: number;
    readonly listPrice: number | null;
    /** As stated, or as net and list price tell; null when neither does. */
    readonly discountRate: number | null;
    readonly net: number;
  };
  /** Null for a line that is left out: all of it came back, or nothing of it is wanted. */
  readonly now: {
    readonly quantity: number;
    readonly listPrice: number | null;
    /** Agreed and in force; null without a list price, to which alone it can be applied. */
    readonly discountRate: number | null;
    readonly net: number;
    readonly cost: number | null;
    /**
     * agreement: list price less the discount agreed; list: list price, nothing is agreed; net: what was paid last, as
     * that line had no list price.
     */
    readonly priceFrom: 'agreement' | 'list' | 'net';
    /** The latest line of the same article, specification and currency, which the list or net price is from. */
    readonly pricedBy: { readonly orderId: string; readonly line: number; readonly orderedOn: string };
    readonly agreement: {
      readonly agreementId: string;
      readonly scope: { readonly kind: 'all' | 'productGroup' | 'sku'; readonly value: string | null };
      readonly rate: number;
      readonly position: string;
    } | null;
  } | null;
  /** What is another thing now than it was then. */
  readonly changed: readonly ('quantity' | 'listPrice' | 'discount' | 'unitPrice')[];
}

export interface RepeatOrder {
  readonly customerId: string;
  readonly definition: string;
  readonly repeats: {
    readonly orderId: string;
    readonly eventId: string;
    readonly position: string;
    readonly orderedOn: string;
    readonly currency: string;
  };
  readonly lines: readonly RepeatedLine[];
  /** Lines of another kind than was asked for, which are not repeated. */
  readonly otherLines: number;
  readonly paymentTerms: {
    /** Days, as the order said; null where it said nothing. */
    readonly before: number | null;
    /** Those in force. */
    readonly now: {
      readonly agreementId: string;
      readonly days: number;
      readonly settlementDiscount: { readonly rate: string; readonly withinDays: number } | null;
    } | null;
  };
  /** Minor units of the currency. */
  readonly net: number;
  /** The order to be placed; null when every line is left out. */
  readonly order: PlaceOrder | null;
}

export const repeatDefinition =
  'The last order of the kind that was not cancelled, without what came back. Each line at the list price of the latest ' +
  'line of the same article, specification and currency, less the discount that the agreements in force give for its ' +
  'article, else its product group, else everything, at its quantity; without a list price at the net price of that line. ' +
  'Cost of goods per unit as in that line. Payment terms are those in force.';

interface Row {
  readonly position: number;
  readonly eventId: string;
  readonly orderId: string;
  readonly occurredOn: string;
  readonly country: string | null;
  readonly paymentTermsDays: number | null;
  readonly line: number;
  readonly askedFor: boolean;
  readonly sku: string;
  readonly description: string | null;
  readonly productGroup: string | null;
  readonly specification: string | null;
  readonly currency: string;
  readonly quantity: number;
  readonly returned: number;
  readonly again: number;
  readonly againText: string;
  readonly listPrice: number | null;
  readonly net: number;
  readonly givenRate: number | null;
  readonly pricedOrderId: string;
  readonly pricedLine: number;
  readonly pricedOn: string;
  readonly pricedListPrice: number | null;
  readonly pricedListPriceText: string | null;
  readonly agreementId: string | null;
  readonly scopeKind: 'all' | 'productGroup' | 'sku';
  readonly scopeValue: string | null;
  readonly agreedAt: number;
  readonly rate: number | null;
  readonly rateText: string | null;
  readonly againNet: number | bigint | null;
  readonly againCost: number | bigint | null;
}

type Terms = NonNullable<RepeatOrder['paymentTerms']['now']>;

/**
 * The last order of a kind as it would be placed again under the agreements in force.
 * @throws NotFound where there is no such order, or all of it was cancelled or came back
 */
export const repeatOrder: Question<RepeatOrderParams, RepeatOrder> = async (reading, params, { log }) => {
  const { orderId, productGroup, sku, quantities = [] } = params;
  const { customer, customerId, members } = await findCustomer(reading, params.customerId);
  const [rows, [terms]] = await Promise.all([
    reading.rows<Row>(
      `SELECT again.*, event.event_id, country, payment_terms_days, CAST(again AS VARCHAR) AS again_text,
         CAST(priced_list_price AS VARCHAR) AS priced_list_price_text, CAST(rate AS VARCHAR) AS rate_text
       FROM repeat_order_line($as_of, $known, CAST($customer AS INTEGER), CAST($members AS INTEGER[]),
         CAST($order AS UUID), CAST($group AS VARCHAR), CAST($sku AS VARCHAR), CAST($lines AS INTEGER[]),
         CAST($quantities AS VARCHAR[])) AS again
       JOIN order_placed USING (position)
       JOIN event USING (position)
       ORDER BY line`,
      {
        customer,
        members,
        order: orderId ?? null,
        group: productGroup ?? null,
        sku: sku ?? null,
        lines: quantities.map(({ line }) => line),
        quantities: quantities.map(({ quantity }) => decimalText(quantity)),
      },
    ),
    reading.rows<Terms>(
      `SELECT agreement_id, days, settlement AS settlement_discount
       FROM agreement_in_force($as_of, $known, CAST($members AS INTEGER[]))
       WHERE kind = 'paymentTerms'
       ORDER BY valid_from DESC, position DESC
       LIMIT 1`,
      { members },
    ),
  ]);
  const asked = rows.filter(({ askedFor }) => askedFor);
  const [first] = asked;
  if (!first) {
    const what = orderId === undefined ? 'no order of that kind' : `nothing of order ${orderId}`;
    throw new NotFound(`There is ${what} to be repeated as of that date, as far as was known.`);
  }
  const named = quantities.map(({ line }) => line);
  named.forEach((line, index) => {
    const isThere = asked.some((row) => row.line === line) && named.indexOf(line) === index;
    if (!isThere) throw new BadQuestion('quantities', `names line ${line} twice, or where nothing is repeated`);
  });
  const wanted = asked.filter(({ again }) => again > 0);
  const lines = wanted.map(placed);
  return {
    customerId,
    definition: repeatDefinition,
    repeats: {
      orderId: first.orderId,
      eventId: first.eventId,
      position: formatPosition(log.id, BigInt(first.position)),
      orderedOn: first.occurredOn,
      currency: first.currency,
    },
    lines: asked.map((row) => shown(row, (position) => formatPosition(log.id, BigInt(position)))),
    otherLines: rows.length - asked.length,
    paymentTerms: { before: first.paymentTermsDays, now: terms ?? null },
    net: lines.reduce((sum, { net }) => sum + net, 0),
    order:
      lines.length === 0
        ? null
        : {
            currency: first.currency,
            country: first.country ?? undefined,
            lines,
            paymentTermsDays: terms?.days,
          },
  };
};

/** @throws BadQuestion for more than any amount of money */
function amountOf(amount: number | bigint | null, row: Row): number {
  if (typeof amount === 'number') return amount;
  throw new BadQuestion('quantities', `makes line ${row.line} more than any amount of money`);
}

function costOf({ againCost }: Row): number | null {
  return typeof againCost === 'number' ? againCost : null;
}

function placed(row: Row): PlaceOrder['lines'][number] {
  const { pricedListPriceText: listPrice, rateText: rate } = row;
  return {
    sku: row.sku,
    description: row.description ?? undefined,
    productGroup: row.productGroup ?? undefined,
    quantity: decimalText(row.againText),
    listPrice: listPrice === null ? undefined : decimalText(listPrice),
    discountRate: listPrice === null || rate === null ? undefined : decimalText(rate),
    net: amountOf(row.againNet, row),
    cost: costOf(row) ?? undefined,
    specification: row.specification ?? undefined,
  };
}

function shown(row: Row, positionText: (position: number) => string): RepeatedLine {
  const { line, sku, description, productGroup, specification, quantity, returned, listPrice, net, again } = row;
  const isLeftOut = again <= 0;
  const hasList = row.pricedListPrice !== null;
  const rate = hasList ? (row.rate ?? 0) : null;
  return {
    line,
    sku,
    description,
    productGroup,
    specification,
    before: { quantity, returned, listPrice, discountRate: row.givenRate, net },
    now: isLeftOut
      ? null
      : {
          quantity: again,
          listPrice: row.pricedListPrice,
          discountRate: rate,
          net: amountOf(row.againNet, row),
          cost: costOf(row),
          priceFrom: hasList ? (row.agreementId === null ? 'list' : 'agreement') : 'net',
          pricedBy: { orderId: row.pricedOrderId, line: row.pricedLine, orderedOn: row.pricedOn },
          agreement:
            row.agreementId === null
              ? null
              : {
                  agreementId: row.agreementId,
                  scope: { kind: row.scopeKind, value: row.scopeValue },
                  rate: row.rate as number,
                  position: positionText(row.agreedAt),
                },
        },
    changed: changedIn(row, rate),
  };
}

function changedIn(row: Row, rate: number | null): RepeatedLine['changed'] {
  if (row.again <= 0) return ['quantity'];
  const unitPrice = Number(row.againNet) / row.again;
  return [
    ...(row.again === row.quantity ? [] : ['quantity' as const]),
    ...(row.pricedListPrice === row.listPrice ? [] : ['listPrice' as const]),
    // A net that was rounded says little of the rate behind it.
    ...(rate === null || row.givenRate === null || Math.abs(row.givenRate - rate) < 0.0001
      ? []
      : ['discount' as const]),
    ...(Math.abs(unitPrice - row.net / row.quantity) * row.again <= 1 ? [] : ['unitPrice' as const]),
  ];
}
