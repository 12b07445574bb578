import { customerIdFor, orderIdFor, requestIdFor, returnIdFor } from '../../domain/ids.js';
import type { PlacedLine } from '../../domain/orders.js';
import { customerStream } from '../../domain/streams.js';
import { type Columns, findColumns } from './columns.js';
import { isCurrency, minorDigits } from './currencies.js';
import { type Decimal, decimalText, parseDecimal, roundedProduct } from './decimals.js';
import type { LocalTimes } from './local-times.js';
import type { Importer, ImportPlan, PlannedCommand, PlannedStream, Refusal } from './plan.js';
import { ImportedReps } from './reps.js';
import { asLabel, Interned, LABEL_LENGTH } from './texts.js';

export interface OrderImportOptions {
  /** The system the file comes from. Its keys are unique within it. */
  readonly source: string;
  readonly mapping: ReadonlyMap<string, string>;
  /** Where a line names no currency. */
  readonly currency: string;
  readonly times: LocalTimes;
  /** Order ids that begin so are credit notes. */
  readonly creditPrefix?: string;
  readonly decimalMark?: '.' | ',';
}

const columnNames = {
  required: ['order_id', 'customer_id', 'placed_at', 'sku', 'quantity', 'unit_price'],
  optional: [
    'customer_name',
    'description',
    'product_group',
    'unit_cost',
    'discount_rate',
    'country',
    'rep',
    'currency',
    'promised_on',
    'delivered_on',
  ],
} as const;
type ColumnName = (typeof columnNames.required)[number] | (typeof columnNames.optional)[number];

interface ImportedOrder {
  readonly key: string;
  readonly customer: ImportedCustomer;
  readonly currency: string;
  country: string;
  rep: string;
  /** Milliseconds since 1970, of the earliest line. */
  placedAt: number;
  /** Of the earliest line that came back. */
  returnedAt: number;
  readonly placed: PlacedLine[];
  readonly placedOn: number[];
  /** Local day on which each placed line was delivered, empty where it wasn't. */
  readonly deliveredOn: string[];
  readonly returned: PlacedLine[];
  readonly returnedOn: number[];
}

interface Article {
  readonly sku: string;
  readonly description: string;
  readonly productGroup: string;
}

interface ImportedCustomer {
  readonly key: string;
  name: string;
  readonly orders: ImportedOrder[];
}

const QUANTITY_PLACES = 3;
const PRICE_PLACES = 6;
const LONGEST_ORDER = 2_000;
/** Texts of numbers repeat from line to line; this many are remembered. */
const REMEMBERED_NUMBERS = 100_000;

/**
 * Order lines of another system, in any sequence: lines with one order id are one order, placed when its earliest line
 * was. What was sold in negative quantities came back. The whole file is held in memory, about 150 bytes a line.
 */
export class OrdersImporter implements Importer {
  private columns: Columns<ColumnName>;
  private readonly orders = new Map<string, ImportedOrder>();
  private readonly customers = new Map<string, ImportedCustomer>();
  private readonly reps: ImportedReps;
  private readonly texts = new Interned();
  private readonly articles = new Map<string, Article>();
  private readonly quantities: RememberedDecimals;
  private readonly prices: RememberedDecimals;
  private current: ImportedOrder | undefined;

  constructor(private readonly options: OrderImportOptions) {
    this.reps = new ImportedReps(options.source);
    this.quantities = new RememberedDecimals(QUANTITY_PLACES, options.decimalMark);
    this.prices = new RememberedDecimals(PRICE_PLACES, options.decimalMark);
  }

  header(names: readonly string[]): { readonly ignored: readonly string[] } {
    this.columns = findColumns<ColumnName>(names, this.options.mapping, columnNames);
    return this.columns;
  }

  add(fields: readonly string[], line: number): string | undefined {
    const { at, count } = this.columns;
    if (fields.length !== count) return 'wrong-number-of-columns';
    const customerKey = text(fields, at.customer_id);
    if (customerKey === '') return 'customer-missing';
    const orderKey = text(fields, at.order_id);
    if (orderKey === '') return 'order-missing';
    const sku = text(fields, at.sku);
    if (sku === '') return 'sku-missing';
    if (customerKey.length > LABEL_LENGTH || orderKey.length > LABEL_LENGTH || sku.length > LABEL_LENGTH) {
      return 'text-too-long';
    }
    const quantity = this.quantities.parse(text(fields, at.quantity));
    if (!quantity) return 'quantity-not-a-number';
    if (quantity.scaled === 0) return 'quantity-zero';
    const price = this.prices.parse(text(fields, at.unit_price));
    if (!price) return 'price-not-a-number';
    if (price.scaled < 0) return 'price-negative';
    const costText = text(fields, at.unit_cost);
    const unitCost = costText === '' ? undefined : this.prices.parse(costText);
    if (costText !== '' && (!unitCost || unitCost.scaled < 0)) return 'cost-not-a-number';
    const discountText = text(fields, at.discount_rate);
    const discount = discountText === '' ? undefined : this.prices.parse(discountText);
    if (discountText !== '' && (!discount || discount.scaled < 0 || discount.scaled > 10 ** PRICE_PLACES)) {
      return 'discount-not-a-fraction';
    }
    const currency = text(fields, at.currency).toUpperCase() || this.options.currency;
    if (!isCurrency(currency)) return 'currency-unknown';
    const placedAt = this.options.times.parse(text(fields, at.placed_at));
    const promisedOn = this.dayOf(text(fields, at.promised_on));
    const deliveredOn = this.dayOf(text(fields, at.delivered_on));
    if (placedAt === undefined || promisedOn === undefined || deliveredOn === undefined) return 'time-not-understood';

    const size = Math.abs(quantity.scaled);
    const digits = minorDigits(currency);
    const net = discount
      ? roundedProduct(
          [size, price.scaled, 10 ** PRICE_PLACES - discount.scaled],
          QUANTITY_PLACES + 2 * PRICE_PLACES,
          digits,
        )
      : roundedProduct([size, price.scaled], QUANTITY_PLACES + PRICE_PLACES, digits);
    const cost = unitCost && roundedProduct([size, unitCost.scaled], QUANTITY_PLACES + PRICE_PLACES, digits);
    if (net === undefined || (unitCost && cost === undefined)) return 'amount-too-large';

    const repText = text(fields, at.rep);
    const rep = repText === '' ? '' : this.reps.idOf(repText, placedAt, line);
    if (rep === undefined) return 'rep-not-usable';

    const order = this.orderOf(orderKey, customerKey, currency);
    if (order.customer.key !== customerKey) return 'other-customer';
    if (order.currency !== currency) return 'other-currency';
    if (placedAt < order.placedAt) order.placedAt = placedAt;
    if (order.country === '') order.country = this.texts.get(asLabel(text(fields, at.country)));
    if (order.rep === '') order.rep = rep;
    if (order.customer.name === '') order.customer.name = asLabel(text(fields, at.customer_name));

    const article = this.articleOf(sku, text(fields, at.description), text(fields, at.product_group));
    const isReturned = quantity.scaled < 0 || this.isCredit(orderKey);
    // In the order of the alphabet: what is told is fingerprinted so, and needs no sorted copy then.
    const sold: PlacedLine = {
      cost,
      description: article.description || undefined,
      discountRate: discount?.text,
      listPrice: price.text,
      net,
      productGroup: article.productGroup || undefined,
      promisedOn: isReturned ? undefined : promisedOn || undefined,
      quantity: positiveText(quantity),
      sku: article.sku,
    };
    if (isReturned) {
      if (placedAt < order.returnedAt) order.returnedAt = placedAt;
      order.returned.push(sold);
      order.returnedOn.push(line);
    } else {
      order.deliveredOn.push(deliveredOn);
      order.placed.push(sold);
      order.placedOn.push(line);
    }
    return undefined;
  }

  plan(): ImportPlan {
    const refused = new Map<number, Refusal>();
    const net: Record<string, number> = {};
    const counts = { customers: 0, orders: 0, returns: 0, visits: 0 };
    const streams: PlannedStream[] = [];
    for (const customer of this.customers.values()) {
      const commands: { at: number; planned: PlannedCommand }[] = [];
      const deliveries: PlannedCommand[] = [];
      for (const order of customer.orders) {
        for (const at of [order.placedOn, order.returnedOn]) {
          if (at.length > LONGEST_ORDER) for (const line of at) refused.set(line, { reason: 'order-too-long' });
        }
        if (order.placed.length > 0 && order.placed.length <= LONGEST_ORDER) {
          commands.push({ at: order.placedAt, planned: this.placing(order) });
          counts.orders += 1;
          net[order.currency] = (net[order.currency] ?? 0) + sum(order.placed);
          for (const planned of this.delivering(order)) deliveries.push(planned);
        }
        if (order.returned.length > 0 && order.returned.length <= LONGEST_ORDER) {
          commands.push({ at: order.returnedAt, planned: this.returning(order) });
          counts.returns += 1;
          net[order.currency] = (net[order.currency] ?? 0) - sum(order.returned);
        }
      }
      commands.sort((one, other) => one.at - other.at);
      const [earliest] = commands;
      if (!earliest) continue;
      counts.customers += 1;
      streams.push({
        stream: customerStream(customerIdFor(this.options.source, customer.key)),
        customerKey: customer.key,
        commands: [this.registering(customer, earliest.at), ...commands.map(({ planned }) => planned), ...deliveries],
      });
    }
    return { first: this.reps.streams(), streams, refused, counts, net };
  }

  private orderOf(key: string, customerKey: string, currency: string): ImportedOrder {
    if (this.current?.key === key) return this.current;
    let order = this.orders.get(key);
    if (!order) {
      let customer = this.customers.get(customerKey);
      if (!customer) {
        customer = { key: customerKey, name: '', orders: [] };
        this.customers.set(customer.key, customer);
      }
      order = {
        key,
        customer,
        currency: this.texts.get(currency),
        country: '',
        rep: '',
        placedAt: Number.POSITIVE_INFINITY,
        returnedAt: Number.POSITIVE_INFINITY,
        placed: [],
        placedOn: [],
        deliveredOn: [],
        returned: [],
        returnedOn: [],
      };
      this.orders.set(order.key, order);
      customer.orders.push(order);
    }
    this.current = order;
    return order;
  }

  /** The texts of an article as one object each. Most lines repeat the last ones, which costs a comparison. */
  private articleOf(sku: string, description: string, productGroup: string): Article {
    const known = this.articles.get(sku);
    if (known && known.description === description && known.productGroup === productGroup) return known;
    const article = {
      sku: known?.sku ?? this.texts.get(sku),
      description: this.texts.get(asLabel(description)),
      productGroup: this.texts.get(asLabel(productGroup)),
    };
    this.articles.set(article.sku, article);
    return article;
  }

  private isCredit(orderKey: string): boolean {
    const { creditPrefix } = this.options;
    return creditPrefix !== undefined && creditPrefix !== '' && orderKey.startsWith(creditPrefix);
  }

  private registering(customer: ImportedCustomer, at: number): PlannedCommand {
    const { source } = this.options;
    return {
      command: {
        name: 'RegisterCustomer',
        id: customerIdFor(source, customer.key),
        payload: {
          name: customer.name || customer.key,
          lifecycle: 'customer',
          externalIds: [{ source, key: customer.key }],
          occurredAt: new Date(at).toISOString(),
        },
      },
      lines: [],
      label: `customer ${customer.key}`,
      implied: true,
    };
  }

  private placing(order: ImportedOrder): PlannedCommand {
    return {
      command: {
        name: 'PlaceOrder',
        id: orderIdFor(this.options.source, order.key),
        payload: {
          country: order.country || undefined,
          currency: order.currency,
          lines: order.placed,
          placedAt: new Date(order.placedAt).toISOString(),
          soldBy: order.rep || undefined,
        },
      },
      lines: order.placedOn,
      label: `order ${order.key}`,
    };
  }

  /** One delivery for each day on which something of the order was delivered. */
  private delivering(order: ImportedOrder): PlannedCommand[] {
    const { source } = this.options;
    return [...new Set(order.deliveredOn)].filter(Boolean).map((day) => {
      const isWhole = order.deliveredOn.every((other) => other === day);
      const lines = order.placed.flatMap(({ quantity }, index) =>
        order.deliveredOn[index] === day ? [{ line: index + 1, quantity }] : [],
      );
      return {
        command: {
          name: 'DeliverOrder',
          id: requestIdFor('import', source, 'delivery', order.key, day),
          payload: { orderId: orderIdFor(source, order.key), ...(!isWhole && { lines }), deliveredOn: day },
        },
        lines: [],
        label: `delivery of order ${order.key} on ${day}`,
      };
    });
  }

  /** A local day; empty for an empty field, undefined for what is no day. */
  private dayOf(raw: string): string | undefined {
    if (raw === '') return '';
    return this.options.times.parse(raw) === undefined ? undefined : this.texts.get(raw.slice(0, 10));
  }

  private returning(order: ImportedOrder): PlannedCommand {
    const { source } = this.options;
    const ofOrder = order.placed.length > 0 && order.placed.length <= LONGEST_ORDER;
    return {
      command: {
        name: 'ReturnOrderLines',
        id: returnIdFor(source, order.key),
        payload: {
          country: order.country || undefined,
          currency: order.currency,
          lines: order.returned,
          occurredAt: new Date(order.returnedAt).toISOString(),
          orderId: ofOrder ? orderIdFor(source, order.key) : undefined,
          soldBy: order.rep || undefined,
        },
      },
      lines: order.returnedOn,
      label: `return ${order.key}`,
    };
  }
}

class RememberedDecimals {
  private readonly seen = new Map<string, Decimal | undefined>();

  constructor(
    private readonly places: number,
    private readonly mark: '.' | ',' = '.',
  ) {}

  parse(raw: string): Decimal | undefined {
    const known = this.seen.get(raw);
    if (known !== undefined) return known;
    const parsed = parseDecimal(raw, this.places, this.mark);
    if (this.seen.size >= REMEMBERED_NUMBERS) this.seen.clear();
    this.seen.set(raw, parsed);
    return parsed;
  }
}

function positiveText(quantity: Decimal): string {
  return quantity.scaled < 0 ? decimalText(-quantity.scaled, QUANTITY_PLACES) : quantity.text;
}

function text(fields: readonly string[], at: number | undefined): string {
  return at === undefined ? '' : (fields[at] as string).trim();
}

function sum(lines: readonly PlacedLine[]): number {
  return lines.reduce((total, line) => total + line.net, 0);
}
