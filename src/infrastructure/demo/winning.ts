import type { SignContract } from '../../domain/contracts.js';
import type { OfferKind } from '../../domain/offers.js';
import * as assortment from './assortment.js';
import type { Book } from './book.js';
import { at, dateOf, dayOf, LAST_DAY, workdaysAfter, yearOf } from './calendar.js';
import type { Customer } from './customer.js';
import { Random } from './random.js';
import * as texts from './texts.js';

type Drawn = Pick<SignContract, 'service' | 'validFrom' | 'validTo' | 'value' | 'per' | 'noticeDays'> & {
  readonly customer: number;
  /** First day on which it no longer held, when it was ended before its term. */
  readonly endedOn?: string;
};

/** Values in cents. */
const CONTRACTS: readonly Drawn[] = [
  { customer: 0, service: 'stock on call', validFrom: '2024-01-01', value: 95_000, per: 'month', noticeDays: 90 },
  { customer: 0, service: 'company web shop', validFrom: '2025-04-01', value: 240_000, per: 'quarter', noticeDays: 90 },
  { customer: 1, service: 'stock on call', validFrom: '2024-07-01', value: 62_500, per: 'month', noticeDays: 60 },
  { customer: 2, service: 'company web shop', validFrom: '2024-03-01', value: 185_000, per: 'quarter' },
  {
    customer: 4,
    service: 'welcome packages',
    validFrom: '2025-09-01',
    validTo: '2026-12-01',
    value: 1_480_000,
    per: 'term',
  },
  {
    customer: 6,
    service: 'stock on call',
    validFrom: '2024-01-01',
    value: 55_000,
    per: 'month',
    noticeDays: 60,
    endedOn: '2025-07-01',
  },
  { customer: 7, service: 'company web shop', validFrom: '2025-01-01', value: 520_000, per: 'year', noticeDays: 30 },
  {
    customer: 12,
    service: 'annual calendar',
    validFrom: '2024-01-01',
    validTo: '2026-01-01',
    value: 390_000,
    per: 'year',
  },
  { customer: 16, service: 'stock on call', validFrom: '2025-10-01', value: 28_000, per: 'month', noticeDays: 30 },
  {
    customer: 33,
    service: 'annual calendar',
    validFrom: '2026-01-01',
    validTo: '2027-01-01',
    value: 165_000,
    per: 'term',
  },
];

const OFFERS_A_YEAR = { A: 3, B: 1.4, C: 0.5, D: 0.04 } as const;
const ACCEPTED: Readonly<Record<OfferKind, number>> = { deep: 0.55, up: 0.36, cross: 0.29 };
const BASES: Readonly<Record<OfferKind, string>> = {
  cross: 'buys nothing of this group yet',
  up: 'customers like this one buy the better one',
  deep: 'orders it several times a year',
};

/** What there is to win, and what of it was won: contracts, offers, wallets, and what competitors ask. */
export function prepareWinning(book: Book, customers: readonly Customer[]): void {
  for (const contract of CONTRACTS) sign(book, customers[contract.customer] as Customer, contract);
  for (const customer of customers) {
    const random = new Random(`winning ${customer.character.number}`);
    offer(book, customer, random);
    if (customer.character.size === 'D') continue;
    estimate(book, customer, random);
    if (random.chance(0.3)) compare(book, customer, random);
  }
}

function sign(book: Book, customer: Customer, { customer: number, endedOn, ...contract }: Drawn): void {
  const random = new Random(`contract ${number} ${contract.service}`);
  const id = random.uuid();
  book.planWith(customer, Math.max(5, dayOf(contract.validFrom) - random.int(12, 40)), (day) => {
    const { manager, persons } = customer.character;
    book.tell(at(day, 15, 10, number), customer.stream, manager, {
      name: 'SignContract',
      id,
      payload: { ...contract, signedWith: persons[0]?.id, signedBy: manager },
    });
  });
  if (endedOn === undefined) return;
  book.planWith(customer, dayOf(endedOn) - 65, (day) =>
    book.tell(at(day, 15, 20, number), customer.stream, customer.character.manager, {
      name: 'EndAgreement',
      id: random.uuid(),
      payload: { agreementId: id, endsOn: endedOn, reason: 'Houdt de voorraad voortaan elders aan' },
    }),
  );
}

function offer(book: Book, customer: Customer, random: Random): void {
  const { size } = customer.character;
  for (let year = 0; year < 3; year++) {
    const wanted = OFFERS_A_YEAR[size];
    const count = Math.floor(wanted) + (random.chance(wanted % 1) ? 1 : 0);
    for (let made = 0; made < count; made++) {
      book.planWith(customer, year * 365 + random.int(15, 360), (day) => makeOffer(book, customer, random, day));
    }
  }
}

function makeOffer(book: Book, customer: Customer, random: Random, day: number): void {
  const { favourites, manager, revenue } = customer.character;
  const kind = random.pick(['cross', 'cross', 'up', 'deep'] as const);
  const products = assortment.PRODUCTS.filter(({ group }) => favourites.includes(group) === (kind !== 'cross'));
  const product = random.pick(products);
  const id = random.uuid();
  book.tell(at(day, 14, random.int(0, 59), random.int(0, 59)), customer.stream, manager, {
    name: 'MakeOffer',
    id,
    payload: {
      kind,
      product: product.description,
      productGroup: product.group,
      sku: product.sku,
      value: Math.max(25_000, Math.round((revenue * random.between(0.02, 0.08)) / 5_000) * 5_000),
      basis: BASES[kind],
      validTo: dateOf(day + 60),
    },
  });
  const answered = workdaysAfter(day, random.int(4, 38));
  if (random.chance(0.15) || answered > LAST_DAY) return;
  const accepted = random.chance(ACCEPTED[kind]);
  book.planWith(customer, answered, (on) => {
    const order = customer.orders.findLast((placed) => placed.day >= day && placed.day < on);
    book.tell(at(on, 13, random.int(0, 59), random.int(0, 59)), customer.stream, manager, {
      name: 'AnswerOffer',
      id: random.uuid(),
      payload: {
        offerId: id,
        accepted,
        ...(accepted ? (order ? { orderId: order.id } : {}) : { reason: random.pick(texts.DECLINE_REASONS) }),
      },
    });
  });
}

/** In the talk about the year: what the customer spends on such things in all. */
function estimate(book: Book, customer: Customer, random: Random): void {
  const share = random.between(0.25, 0.8);
  for (const [index, date] of ['2025-02-10', '2026-02-09'].entries()) {
    if (!random.chance(customer.character.size === 'C' ? 0.4 : 0.85)) continue;
    const ourShare = Math.min(0.95, share * (1 + index * random.between(-0.1, 0.12)));
    book.planWith(customer, dayOf(date) + random.int(0, 60), (day) => {
      const revenue = customer.revenueBefore(day);
      if (revenue <= 0) return;
      book.tell(at(day, 14, random.int(0, 59), 20), customer.stream, customer.character.manager, {
        name: 'EstimateWallet',
        id: random.uuid(),
        payload: {
          category: 'promotional gifts',
          annualSpend: Math.round(revenue / ourShare / 100_000) * 100_000,
          ourShare: ourShare.toFixed(2),
          competitors: random.some(texts.COMPETITORS, random.int(1, 2)),
          basis: 'talk about the year',
        },
      });
    });
  }
}

function compare(book: Book, customer: Customer, random: Random): void {
  book.planWith(customer, dayOf('2025-01-20') + random.int(0, 600), (day) => {
    const product = random.pick(assortment.PRODUCTS);
    const ours = assortment.listPrice(product, yearOf(day)) / 1_000;
    const level = random.between(0.9, 1.09);
    const about = random.chance(0.7)
      ? { sku: product.sku, price: (ours * level).toFixed(3), ourPrice: ours.toFixed(3), basis: 'quotation seen' }
      : { productGroup: product.group, index: (level * 100).toFixed(0), basis: 'told by the customer' };
    book.tell(at(day, 17, random.int(0, 59), 40), customer.stream, customer.character.manager, {
      name: 'NoteCompetitorPrice',
      id: random.uuid(),
      payload: { competitor: random.pick(texts.COMPETITORS), ...about },
    });
  });
}
