import { eventIdFor } from '../../application/event-id.js';
import * as assortment from './assortment.js';
import type { Book } from './book.js';
import { at, dateOf, instant, LAST_DAY, monthOf, season, workdayFrom, workdaysAfter, yearOf } from './calendar.js';
import type { Customer, PlacedOrder } from './customer.js';
import type { Agreement } from './customers.js';
import * as texts from './texts.js';

/** The system that orders, deliveries and payments come from at the end of the day. */
export const ERP = 'erp';
const INSIDE_SALES = 'iris';

interface Line {
  readonly product: assortment.Product;
  readonly quantity: number;
  /** Thousandths of a euro per unit. */
  readonly price: number;
  /** Of ten thousand. */
  readonly discount: number;
  readonly net: number;
  readonly cost: number;
  readonly specification?: string;
}

/** What happens to an order that would otherwise go as it mostly goes. */
export interface OrderTwist {
  readonly currency?: { readonly code: string; readonly euros: number };
  /** Was typed with ten times the quantity on its first line; found out so many days later. */
  readonly tenfold?: { readonly foundAfter: number; readonly reason: string };
  /** Net value aimed at, cents. */
  readonly value?: number;
}

/** Whole line after discount in cents, half away from zero. */
function netOf(quantity: number, price: number, discount: number): number {
  return Math.round((quantity * price * (10_000 - discount)) / 100_000);
}

function roundToPack(quantity: number, pack: number): number {
  return Math.max(pack, Math.round(quantity / pack) * pack);
}

/** Customers order when they need something again, pay sooner or later, and now and then send something back. */
export class Selling {
  private invoices = 0;

  constructor(private readonly book: Book) {}

  /** Once a working day; `days` counts the weekend before it. */
  buy(customer: Customer, day: number, days: number): void {
    const { character } = customer;
    if (customer.isClosed || day < character.from || day > character.until) return;
    customer.appetite += days * (character.ordersPerYear / 365) * this.mood(customer, day);
    if (customer.appetite < 1) return;
    customer.appetite -= character.random.between(0.72, 1.28);
    this.order(customer, day);
  }

  private mood(customer: Customer, day: number): number {
    if (!customer.character.isSeasonal) return season(day);
    const monthDay = dateOf(day).slice(5);
    return monthDay >= '09-20' && monthDay <= '12-10' ? 365 / 82 : 0;
  }

  order(customer: Customer, day: number, twist: OrderTwist = {}): void {
    const { character } = customer;
    const { random } = character;
    const lines = this.lines(customer, day, twist);
    const id = random.uuid();
    const placedAt = at(day, random.int(8, 16), random.int(0, 59), random.int(0, 59));
    const isByPhone = random.chance(0.22);
    const recordedAt = isByPhone ? placedAt + 60_000 * random.int(2, 9) : this.evening(customer, day);
    const promised = workdaysAfter(day, random.int(6, 14));
    const paymentTermsDays = character.paymentDays;
    const factor = twist.tenfold ? 10 : 1;
    const data = {
      soldBy: isByPhone ? INSIDE_SALES : character.manager,
      currency: twist.currency?.code ?? 'EUR',
      country: character.place.country,
      ...(random.chance(0.07) ? { awardedThoughNotCheapest: random.chance(0.7) } : {}),
      paymentTermsDays,
    };
    const asTyped = lines.map((line, index) => written(index === 0 ? this.times(line, factor) : line, promised));
    this.book.tell(recordedAt, customer.stream, isByPhone ? INSIDE_SALES : ERP, {
      name: 'PlaceOrder',
      id,
      payload: { ...data, placedAt: instant(placedAt), lines: asTyped },
    });
    const net = lines.reduce((sum, line) => sum + line.net, 0);
    const placed: PlacedOrder = { id, day, net: Math.round(net * (twist.currency?.euros ?? 1)) };
    customer.orders.push(placed);

    if (random.chance(0.12)) this.askAboutOrder(customer, day, id);
    if (random.chance(0.013) && !twist.tenfold) {
      placed.net = 0;
      this.cancel(customer, day, id);
      return;
    }
    if (twist.tenfold) {
      const found = workdayFrom(day + twist.tenfold.foundAfter);
      const right = { ...data, orderId: id, lines: lines.map((line) => written(line, promised)) };
      this.correct(customer, found, id, placedAt, right, twist.tenfold.reason);
    } else if (random.chance(0.0016) && lines.length > 1) {
      const wrong = lines[0] as Line;
      const cheaper = { ...wrong, net: Math.round(wrong.net * 0.9) };
      const right = {
        ...data,
        orderId: id,
        lines: [cheaper, ...lines.slice(1)].map((line) => written(line, promised)),
      };
      placed.net += cheaper.net - wrong.net;
      this.correct(customer, workdaysAfter(day, random.int(4, 30)), id, placedAt, right, 'Prijsafspraak niet verwerkt');
      this.deliver(customer, id, lines, promised);
      this.collect(customer, id, placed.net, promised, data.currency);
      return;
    }
    const delivered = this.deliver(customer, id, lines, promised);
    const returned = random.chance(0.028) && !twist.tenfold ? this.sendBack(customer, placed, lines, delivered) : 0;
    this.collect(customer, id, net - returned, delivered, data.currency);
  }

  private lines(customer: Customer, day: number, twist: OrderTwist): Line[] {
    const { character } = customer;
    const { random } = character;
    const month = monthOf(day);
    const year = yearOf(day);
    const counts = { A: [2, 6], B: [2, 4], C: [1, 3], D: [1, 2] } as const;
    const [fewest, most] = counts[character.size];
    const count = random.int(fewest, most);
    const yearsToGo = (LAST_DAY - 183 - day) / 365;
    const usual = character.revenue / character.ordersPerYear / (1 + character.growth) ** yearsToGo;
    const value = twist.value ?? Math.max(9_000, usual * random.around1(0.42));
    const shares = Array.from({ length: count }, () => random.between(0.4, 1.6));
    const total = shares.reduce((sum, share) => sum + share, 0);
    const fitting = (share: number) =>
      assortment.PRODUCTS.filter(({ price, pack }) => (price * pack) / 10 <= value * share * 1.25);
    const weight = ({ group }: assortment.Product) =>
      assortment.demand(group, month) * (character.favourites.includes(group) ? 4 : 1);
    const chosen = new Set<string>();
    const lines: Line[] = [];
    for (const share of shares) {
      const candidates = fitting(share / total).filter(({ sku }) => !chosen.has(sku));
      const product = random.weighted(candidates.length > 0 ? candidates : assortment.PRODUCTS.slice(0, 1), weight);
      if (chosen.has(product.sku)) continue;
      chosen.add(product.sku);
      const price = assortment.listPrice(product, year);
      const quantity = roundToPack((value * (share / total) * 10) / price, product.pack);
      lines.push(this.line(customer, day, product, quantity));
    }
    if (random.chance(0.3)) lines.push(this.line(customer, day, assortment.PRINTING, 1));
    return lines;
  }

  private line(customer: Customer, day: number, product: assortment.Product, quantity: number): Line {
    const { random } = customer.character;
    const price = assortment.listPrice(product, yearOf(day));
    const discount = product === assortment.PRINTING ? 0 : this.discount(customer, day, product.group, quantity);
    return {
      product,
      quantity,
      price,
      discount,
      net: netOf(quantity, price, discount),
      cost: Math.round((quantity * price * product.costShare * random.between(0.97, 1.04)) / 10),
      ...(product !== assortment.PRINTING && random.chance(0.35)
        ? { specification: random.pick(texts.SPECIFICATIONS) }
        : {}),
    };
  }

  /** What is agreed, mostly: a few get more than was agreed, some less, and lapsed agreements linger. */
  private discount(customer: Customer, day: number, group: string, quantity: number): number {
    const { agreements, random } = customer.character;
    const holds = (agreement: Agreement) =>
      agreement.from <= day &&
      (day < agreement.until || agreement.lingers) &&
      (agreement.group === undefined || agreement.group === group);
    const best = agreements.filter(holds).sort((one, other) => Number(!one.group) - Number(!other.group))[0];
    const agreed = best ? (best.tiers.find(({ from }) => quantity >= from)?.rate ?? best.rate) : 0;
    const whim = random.next();
    if (whim < 0.05) return agreed + random.pick([200, 250, 300, 500]);
    if (whim < 0.075) return Math.max(0, agreed - random.pick([100, 200, 500]));
    return agreed;
  }

  private times(line: Line, factor: number): Line {
    const quantity = line.quantity * factor;
    return { ...line, quantity, net: netOf(quantity, line.price, line.discount), cost: line.cost * factor };
  }

  /** All that comes from the other system about one customer comes at one moment. */
  private evening(customer: Customer, day: number): number {
    const second = customer.character.number * 2;
    return at(day, 19, Math.floor(second / 60), second % 60);
  }

  private askAboutOrder(customer: Customer, day: number, orderId: string): void {
    const { random, persons } = customer.character;
    const asked = workdaysAfter(day, random.int(1, 4));
    const moment = at(asked, random.int(9, 16), random.int(0, 59));
    const person = persons.at(-1);
    const isInbound = random.chance(0.6);
    const interactionId = random.uuid();
    this.book.plan(asked, () => {
      if (customer.isClosed || !person || persons.at(-1) !== person) return;
      this.book.tell(moment + 600_000, customer.stream, INSIDE_SALES, {
        name: 'LogInteraction',
        id: interactionId,
        payload: {
          occurredAt: instant(moment),
          channel: 'email',
          direction: isInbound ? 'inbound' : 'outbound',
          heldBy: [INSIDE_SALES],
          contactPersons: [{ id: person.id, layer: person.layer }],
          orderIds: [orderId],
          countsTowardScheme: false,
        },
      });
    });
  }

  private cancel(customer: Customer, day: number, orderId: string): void {
    const { random } = customer.character;
    const cancelled = workdaysAfter(day, random.int(1, 3));
    this.book.tell(at(cancelled, 10, random.int(0, 59)), customer.stream, INSIDE_SALES, {
      name: 'CancelOrder',
      id: random.uuid(),
      payload: { orderId, reason: random.pick(texts.CANCEL_REASONS), occurredAt: instant(at(cancelled, 9, 30)) },
    });
  }

  private correct(
    customer: Customer,
    day: number,
    orderId: string,
    placedAt: number,
    data: Record<string, unknown>,
    reason: string,
  ): void {
    const { random } = customer.character;
    this.book.tell(at(day, 13, random.int(0, 59)), customer.stream, INSIDE_SALES, {
      name: 'CorrectEvent',
      id: random.uuid(),
      payload: {
        targetEventId: eventIdFor(customer.stream, orderId, 0),
        replacement: { occurredAt: instant(placedAt), data },
        reason,
      },
    });
  }

  /** @returns the day on which all of it was there */
  private deliver(customer: Customer, orderId: string, lines: readonly Line[], promised: number): number {
    const { random } = customer.character;
    const luck = random.next();
    const late = luck < 0.1 ? random.int(1, 7) : 0;
    const delivered = late > 0 ? workdaysAfter(promised, late) : workdayFrom(promised - random.int(0, 2));
    const tell = (day: number, parts?: { line: number; quantity: string }[]) =>
      this.book.tell(this.evening(customer, day), customer.stream, ERP, {
        name: 'DeliverOrder',
        id: random.uuid(),
        payload: {
          orderId,
          deliveredOn: dateOf(day),
          occurredAt: instant(at(day, 15)),
          ...(parts ? { lines: parts } : {}),
        },
      });
    const first = lines[0] as Line;
    if (random.chance(0.03) && first.quantity > 1) {
      const half = Math.ceil(first.quantity / 2);
      const rest = workdaysAfter(delivered, random.int(2, 6));
      const others = lines.slice(1).map(({ quantity }, index) => ({ line: index + 2, quantity: String(quantity) }));
      tell(delivered, [{ line: 1, quantity: String(half) }, ...others]);
      tell(rest, [{ line: 1, quantity: String(first.quantity - half) }]);
      return rest;
    }
    tell(delivered);
    return delivered;
  }

  /** @returns what is credited, cents */
  private sendBack(customer: Customer, placed: PlacedOrder, lines: readonly Line[], delivered: number): number {
    const { random } = customer.character;
    const index = random.int(0, lines.length - 1);
    const line = lines[index] as Line;
    if (line.product === assortment.PRINTING) return 0;
    const quantity = Math.max(1, Math.floor(line.quantity * random.pick([0.05, 0.1, 0.2, 0.5])));
    const net = netOf(quantity, line.price, line.discount);
    const day = workdaysAfter(delivered, random.int(2, 12));
    if (day > LAST_DAY || net >= line.net) return 0;
    placed.net -= net;
    this.book.tell(at(day, 16, random.int(0, 59)), customer.stream, INSIDE_SALES, {
      name: 'ReturnOrderLines',
      id: random.uuid(),
      payload: {
        orderId: placed.id,
        currency: 'EUR',
        occurredAt: instant(at(day, 11)),
        lines: [
          {
            line: index + 1,
            sku: line.product.sku,
            description: line.product.description,
            productGroup: line.product.group,
            quantity: String(quantity),
            listPrice: priceText(line.price),
            discountRate: rateText(line.discount),
            net,
            cost: Math.round((line.cost * quantity) / line.quantity),
          },
        ],
        reason: random.pick(texts.RETURN_REASONS),
      },
    });
    return net;
  }

  private collect(customer: Customer, orderId: string, amount: number, delivered: number, currency: string): void {
    const { random, paymentDays, payingLate } = customer.character;
    const due = delivered + paymentDays;
    const paid = workdayFrom(due + payingLate + random.int(-3, 4));
    this.invoices++;
    const invoice = `${yearOf(delivered)}-${String(this.invoices).padStart(5, '0')}`;
    // Customers who are leaving pay, but for a few.
    if (amount <= 0 || random.chance(0.004)) return;
    this.book.tell(this.evening(customer, paid), customer.stream, ERP, {
      name: 'PayInvoice',
      id: random.uuid(),
      payload: {
        orderId,
        invoice,
        dueOn: dateOf(due),
        paidOn: dateOf(paid),
        amount,
        currency,
        occurredAt: instant(at(paid, 12)),
      },
    });
  }
}

function priceText(thousandths: number): string {
  return (thousandths / 1_000).toFixed(3);
}

export function rateText(ofTenThousand: number): string {
  return (ofTenThousand / 10_000).toFixed(4);
}

function written(line: Line, promised: number) {
  const { product, quantity, price, discount, net, cost, specification } = line;
  return {
    sku: product.sku,
    description: product.description,
    productGroup: product.group,
    quantity: String(quantity),
    listPrice: priceText(price),
    discountRate: rateText(discount),
    net,
    cost,
    ...(specification ? { specification } : {}),
    promisedOn: dateOf(promised),
  };
}
