import { knownElements } from '../../domain/scores.js';
import type { Book } from './book.js';
import { at, dayOf, instant } from './calendar.js';
import { LOSS_MAKER } from './costing.js';
import type { Customer } from './customer.js';
import { Random } from './random.js';
import * as texts from './texts.js';

/** By customer, what it may be used for. */
const CONSENTS: Readonly<Record<number, readonly string[]>> = {
  0: ['name', 'logo', 'case study', 'showcase'],
  2: ['name', 'logo', 'call'],
  5: ['name', 'quote'],
  6: ['name', 'logo', 'call', 'showcase'],
  8: ['name', 'logo', 'visit', 'showcase'],
  12: ['name', 'quote', 'call'],
  19: ['name', 'logo'],
  24: ['name', 'call', 'visit', 'showcase'],
  38: ['name', 'quote'],
  52: ['name', 'call'],
};
const REFERENCES: readonly (readonly [customer: number, date: string, to: string, use: string])[] = [
  [0, '2024-06-11', 'Pimpelveld Zorggroep', 'call'],
  [2, '2024-09-24', 'Zilvermeent Scholengroep', 'call'],
  [8, '2025-01-28', 'Vlinderdam Hotels', 'visit'],
  [0, '2025-05-20', 'Oeverkwarts Waterbeheer', 'case study'],
  [12, '2025-10-07', 'Nachtspiegel Logistiek', 'call'],
  [24, '2026-02-17', 'Hooilicht Makelaars', 'visit'],
  [8, '2026-05-26', 'Kroonspoor Bouwgroep', 'visit'],
  [52, '2026-09-08', 'Strandmist Jachthavens', 'call'],
];

/** How customers and we judge each other, and who may be told of whom. Lets things happen by the customers' numbers. */
export function prepareStanding(book: Book, customers: readonly Customer[], declining: number): void {
  const customer = (number: number) => customers[number] as Customer;
  for (const [number, uses] of Object.entries(CONSENTS)) consent(book, customer(Number(number)), uses);
  withdraw(book, customer(declining));
  for (const [index, reference] of REFERENCES.entries()) refer(book, customer(reference[0]), index, reference);
  for (const one of customers) {
    const random = new Random(`standing ${one.character.number}`);
    review(book, one, random, one.character.number === declining);
    if (one.character.size !== 'D') judge(book, one, random, one.character.number === declining);
  }
}

function consent(book: Book, customer: Customer, uses: readonly string[]): void {
  const { number } = customer.character;
  const random = new Random(`consent ${number}`);
  book.planWith(customer, 60 + random.int(0, 90), (day) =>
    book.tell(at(day, 11, 30, number % 60), customer.stream, customer.character.manager, {
      name: 'ChangeReferenceConsent',
      id: random.uuid(),
      payload: { granted: true, uses },
    }),
  );
}

function withdraw(book: Book, customer: Customer): void {
  book.planWith(customer, dayOf('2026-02-03'), (day) =>
    book.tell(at(day, 11, 35), customer.stream, customer.character.manager, {
      name: 'ChangeReferenceConsent',
      id: new Random('withdrawn').uuid(),
      payload: { granted: false },
    }),
  );
}

function refer(book: Book, customer: Customer, index: number, [, date, name, use]: (typeof REFERENCES)[number]): void {
  const random = new Random(`reference ${index}`);
  book.planWith(customer, dayOf(date), (day) =>
    book.tell(at(day, 12, 15, index), customer.stream, customer.character.manager, {
      name: 'GiveReference',
      id: random.uuid(),
      payload: { to: { name }, use, ...(random.chance(0.7) ? { outcome: random.pick(texts.REFERENCE_OUTCOMES) } : {}) },
    }),
  );
}

function review(book: Book, customer: Customer, random: Random, isDeclining: boolean): void {
  if (!isDeclining && !random.chance(0.06)) return;
  const sentiment = isDeclining
    ? 'runsDown'
    : random.weighted(['recommends', 'recommends', 'recommends', 'neutral', 'runsDown'] as const, () => 1);
  const day = isDeclining ? dayOf('2026-01-15') : random.int(60, 1_060);
  book.planWith(customer, day, (on) =>
    book.tell(at(on, 9, 5, random.int(0, 59)), customer.stream, 'iris', {
      name: 'SeeReview',
      id: random.uuid(),
      payload: { where: 'Geschenkenwijzer', sentiment, occurredAt: instant(at(on, 8)) },
    }),
  );
}

/** Once a year, the small ones once: from 1 to 10 per value element. */
function judge(book: Book, customer: Customer, random: Random, isDeclining: boolean): void {
  const { size, number } = customer.character;
  const level = random.between(5.2, 8.4);
  const own = knownElements.map(() => random.between(-1.3, 1.3));
  const years = size === 'C' ? ['2026-03-02'] : ['2024-12-02', '2025-12-01'];
  for (const [year, date] of years.entries()) {
    const change = isDeclining ? -2.2 * year : random.between(-0.4, 0.6) * year;
    book.planWith(customer, dayOf(date) + random.int(0, 16), (day) => {
      const { manager } = customer.character;
      const moment = at(day, 16, random.int(0, 30), random.int(0, 59));
      for (const [index, element] of knownElements.entries()) {
        const isWhy = number === LOSS_MAKER && element === 'learning value';
        const score = isWhy ? 8.5 : Math.min(10, Math.max(1, level + (own[index] as number) + change));
        book.tell(moment, customer.stream, manager, {
          name: 'ScoreCustomer',
          id: random.uuid(),
          payload: {
            element,
            score: score.toFixed(1),
            ...(isWhy ? { basis: 'Wij leren veel van hun eisen aan bedrukking' } : {}),
            scoredBy: manager,
          },
        });
      }
    });
  }
}
