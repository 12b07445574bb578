import type { ToldActivityRate } from '../../domain/activity-rates.js';
import { policyStream, supplierStream } from '../../domain/streams.js';
import * as assortment from './assortment.js';
import type { Book } from './book.js';
import { at, dateOf, dayOf, yearOf } from './calendar.js';
import type { Customer } from './customer.js';
import { Random } from './random.js';
import { TEAM } from './team.js';

const MANAGER = TEAM.femke.repId;
const INSIDE_SALES = TEAM.iris.repId;

/** Costs more than it brings: proofs, express shipments, and a stock that is kept for it. */
export const LOSS_MAKER = 30;
const PROOFS = 'proofs and samples';
const EXPRESS = 'express shipment';
/** From which day on the rates and purchase prices of a year hold. */
const YEARS = ['2023-11-01', '2025-01-01', '2026-01-01'];

/** What is bought where; one article of each is bought from somebody else as well. */
const SUPPLIERS: readonly { readonly name: string; readonly country: string; readonly groups: readonly string[] }[] = [
  { name: 'Zuidwal Textielimport', country: 'NL', groups: ['textiles', 'umbrellas'] },
  { name: 'Pekelwater Porselein', country: 'NL', groups: ['drinkware', 'food gifts', 'eco gifts'] },
  { name: 'Houtduin Schrijfwaren', country: 'BE', groups: ['pens', 'notebooks'] },
  { name: 'Lichtspoor Techniek', country: 'DE', groups: ['tech gifts'] },
  { name: 'Grutmolen Handelsonderneming', country: 'NL', groups: [] },
];
const ALSO_ELSEWHERE: ReadonlySet<string> = new Set(['TEC-300', 'PEN-101', 'TXT-012', 'DRK-215']);

/** What doing something for a customer costs, and what was done and spent for single ones. */
export function prepareCosts(book: Book, customers: readonly Customer[]): void {
  for (const [index, from] of YEARS.entries()) setRates(book, from, 1.035 ** index);
  for (const [index, supplier] of SUPPLIERS.entries()) buyFrom(book, supplier, index);
  for (const customer of customers) {
    const { size, number } = customer.character;
    const served = { book, customer, random: new Random(`costs ${number}`) };
    if (number === LOSS_MAKER) loseOn(served);
    else if (size !== 'D') takeTrouble(served);
  }
}

/** Told shortly before they hold, the first ones on the first day. */
function toldFor(from: string): number {
  return Math.max(0, dayOf(from) - 14);
}

function setRates(book: Book, from: string, dearer: number): void {
  const rate = (euros: number) => (euros * dearer).toFixed(2);
  const rates: ToldActivityRate[] = [
    {
      activity: 'visiting',
      per: 'hour',
      timeDriven: { capacityCost: rate(318_000), practicalHours: '4350', minutesPerUnit: '60' },
    },
    { activity: 'travelling', per: 'visit', rate: rate(31.5) },
    {
      activity: 'telephone',
      per: 'call',
      timeDriven: { capacityCost: rate(58_000), practicalHours: '1400', minutesPerUnit: '9' },
    },
    { activity: 'order handling', per: 'order', rate: rate(16.4) },
    { activity: 'picking', per: 'line', rate: rate(2.35) },
    { activity: 'delivery', per: 'delivery', rate: rate(13.75) },
    { activity: PROOFS, per: 'unit', rate: rate(24) },
    { activity: EXPRESS, per: 'unit', rate: rate(42.5) },
  ];
  book.tell(at(toldFor(from), 7, 52), policyStream('activity-rates'), MANAGER, {
    name: 'SetActivityRates',
    id: new Random(`activity rates ${from}`).uuid(),
    payload: { rates, validFrom: from },
  });
}

function buyFrom(book: Book, { name, country, groups }: (typeof SUPPLIERS)[number], index: number): void {
  const random = new Random(`supplier ${name}`);
  const stream = supplierStream(random.uuid());
  book.tell(at(0, 7, 55), stream, INSIDE_SALES, {
    name: 'RegisterSupplier',
    id: random.uuid(),
    payload: { name, country },
  });
  const bought = assortment.PRODUCTS.filter(({ sku, group }) =>
    groups.length > 0 ? groups.includes(group) : ALSO_ELSEWHERE.has(sku),
  );
  for (const from of YEARS) {
    for (const product of bought) {
      const price = assortment.listPrice(product, yearOf(dayOf(from))) * product.costShare * random.between(0.9, 0.97);
      book.tell(at(toldFor(from), 7, 56, index), stream, INSIDE_SALES, {
        name: 'AgreeSupplierPrice',
        id: random.uuid(),
        payload: { sku: product.sku, price: (price / 1_000).toFixed(4), validFrom: from },
      });
    }
  }
}

interface Served {
  readonly book: Book;
  readonly customer: Customer;
  /** Chance of its own: what serving costs changes nothing in what else happens to the customer. */
  readonly random: Random;
}

function attribute({ book, customer, random }: Served, day: number, activity: string, quantity: number): void {
  book.planWith(customer, day, (on) =>
    book.tell(at(on, 16, 40, random.int(0, 59)), customer.stream, INSIDE_SALES, {
      name: 'AttributeActivityCost',
      id: random.uuid(),
      payload: { activity, quantity: String(quantity) },
    }),
  );
}

function spend({ book, customer, random }: Served, day: number, what: string, euros: number): void {
  book.planWith(customer, day, (on) =>
    book.tell(at(on, 16, 50, random.int(0, 59)), customer.stream, customer.character.manager, {
      name: 'AttributeDirectCost',
      id: random.uuid(),
      payload: { amount: Math.round(euros * 100), what },
    }),
  );
}

function takeTrouble(served: Served): void {
  const { random } = served;
  const { size } = served.customer.character;
  for (let year = 0; year < 3; year++) {
    const first = 20 + year * 365;
    if (random.chance(0.7)) attribute(served, first + random.int(0, 300), PROOFS, random.int(1, 6));
    if (random.chance(0.3)) attribute(served, first + random.int(0, 330), EXPRESS, random.int(1, 3));
    if (size === 'A') spend(served, first + random.int(0, 300), 'stand at their open day', 1_850);
    else if (random.chance(0.08)) {
      spend(served, first + random.int(0, 300), 'printing plates', random.int(2, 9) * 95);
    }
  }
}

/** It began with a stock that was kept for it, in the spring of 2024. */
function loseOn(served: Served): void {
  const { random } = served;
  for (let day = dayOf('2024-03-04'); day < dayOf('2026-10-20'); day += 30) {
    attribute(served, day + random.int(0, 10), PROOFS, random.int(9, 18));
    attribute(served, day + random.int(0, 14), EXPRESS, random.int(5, 10));
    if (dateOf(day) > '2024-05') spend(served, day + 12, 'stock kept for the customer', random.int(70, 110) * 10);
  }
}
