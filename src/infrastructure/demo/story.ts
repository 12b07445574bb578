import type { CommandName } from '../../domain/commands.js';
import type { OurRole } from '../../domain/shapes.js';
import { policyStream, repStream } from '../../domain/streams.js';
import { PRODUCT_GROUPS } from './assortment.js';
import { Book } from './book.js';
import {
  at,
  dateOf,
  dayOf,
  instant,
  isFirstOfMonth,
  isWorkday,
  LAST_DAY,
  workdayFrom,
  workdaysAfter,
  yearOf,
} from './calendar.js';
import { LOSS_MAKER, prepareCosts } from './costing.js';
import { Customer, rank } from './customer.js';
import { type Agreement, type Character, characters, newPerson, type Person, STAYING } from './customers.js';
import { Ledger } from './ledger.js';
import { AT_FIRST, asTold, FROM_2025, VALUE_AT_FIRST, VALUE_FROM_2025 } from './policy.js';
import { Random } from './random.js';
import { Relating } from './relating.js';
import { prepareSegmentation, type SegmentsInForce } from './segmenting.js';
import { ERP, rateText, Selling } from './selling.js';
import { prepareStanding } from './standing.js';
import type { Step, StoryCommand } from './step.js';
import { HANDOVER, managerOf, type RepId, TEAM } from './team.js';
import * as texts from './texts.js';
import { prepareWinning } from './winning.js';

const MANAGER = TEAM.femke.repId;
const INSIDE_SALES = TEAM.iris.repId;

/** Whom the tour is about. */
export interface Cast {
  /** Whose next-contact list is shown. */
  readonly rep: RepId;
  readonly repName: string;
  /** A largest customer that has not been seen for 46 of 36 days. */
  readonly overdue: Guest;
  /** Buys less and less. */
  readonly declining: Guest;
  /** Buys well, and costs more than that brings. */
  readonly lossMaker: Guest;
  /** Whose order was typed with ten times the quantity, and put right twelve weeks later. */
  readonly corrected: Guest & { readonly orderedOn: string; readonly correctedOn: string };
}

export interface Guest {
  readonly id: string;
  readonly name: string;
}

const OVERDUE = 1;
const NEGLECTED_TOO = 3;
const CORRECTED = 5;
const DECLINING = 6;
const OWN_SCHEME = 0;
const ABROAD = 11;
const ACQUIRER = 8;
const ACQUIRED = 61;
const REACTIVATED = STAYING + 3;
/** Registered twice by mistake. */
const DUPLICATED = [33, 147, 260];
const ORDERED_TENFOLD = dayOf('2026-03-10');
const FOUND_TENFOLD = 86;
/** A Tuesday, 46 days before the end. */
const LAST_SEEN = dayOf('2026-09-15');

/** Who brought in whom; those that are brought in come later. */
const REFERRERS = [0, 2, 4, 7, 12, 18, 25, 40, 52];

/**
 * Three years of a made-up wholesaler, as it would have told them to the system: the same steps each time, in the
 * order in which they are recorded.
 */
export class Story {
  readonly cast: Cast;
  private readonly book = new Book();
  private readonly selling = new Selling(this.book);
  private readonly relating = new Relating(this.book);
  private readonly random = new Random('house');
  private readonly customers: Customer[];
  private readonly ledger = new Ledger();
  private readonly decided: SegmentsInForce;

  constructor() {
    this.customers = characters().map((character) => new Customer(character));
    const guest = (number: number): Guest => {
      const { id, name } = this.customer(number).character;
      return { id, name };
    };
    this.customer(OVERDUE).neglectedFrom = LAST_SEEN + 1;
    this.customer(NEGLECTED_TOO).neglectedFrom = dayOf('2026-09-08');
    const rep = this.customer(OVERDUE).character.manager;
    this.cast = {
      rep,
      repName: TEAM[rep].name,
      overdue: guest(OVERDUE),
      declining: guest(DECLINING),
      lossMaker: guest(LOSS_MAKER),
      corrected: {
        ...guest(CORRECTED),
        orderedOn: dateOf(ORDERED_TENFOLD),
        correctedOn: dateOf(workdayFrom(ORDERED_TENFOLD + FOUND_TENFOLD)),
      },
    };
    this.prepareHouse();
    this.prepareTurns();
    for (const customer of this.customers) this.prepareCustomer(customer);
    // After the rest of the morning: whoever has left gets none.
    this.prepareNewsletters();
    prepareCosts(this.book, this.customers);
    prepareWinning(this.book, this.customers);
    prepareStanding(this.book, this.customers, DECLINING);
    this.decided = prepareSegmentation(this.book, this.customers, this.ledger);
  }

  /** The steps of the whole story, once. */
  *steps(): Generator<Step> {
    let weekend = 0;
    for (let day = 0; day <= LAST_DAY; day++) {
      this.book.wakeUp(day);
      if (isFirstOfMonth(day) && day > 200) rank(this.customers, day, this.decided.segments);
      weekend++;
      if (isWorkday(day)) {
        this.relating.startDay();
        for (const customer of this.customers) {
          if (customer.isRegistered) this.selling.buy(customer, day, weekend);
        }
        // Who is called first differs from day to day, or the last in the row would never be.
        for (let index = 0; index < this.customers.length; index++) {
          this.relating.keepInTouch(this.customer((index + day * 37) % this.customers.length), day);
        }
        weekend = 0;
      }
      for (const step of this.book.close(day)) {
        this.ledger.hear(step);
        yield step;
      }
    }
  }

  private customer(number: number): Customer {
    return this.customers[number] as Customer;
  }

  private prepareHouse(): void {
    const { book } = this;
    for (const { repId, name, from, ...colleague } of Object.values(TEAM)) {
      const first = dayOf(from);
      book.tell(at(first, 7, 30), repStream(repId), MANAGER, {
        name: 'RegisterRep',
        id: this.random.uuid(),
        payload: { repId, name, email: `${repId}@wimpelenvaandel.example` },
      });
      if (!('leftOn' in colleague)) continue;
      const last = dayOf(colleague.leftOn);
      book.tell(at(last, 17, 0), repStream(repId), MANAGER, {
        name: 'RecordRepLeft',
        id: this.random.uuid(),
        payload: { leftOn: dateOf(last + 1) },
      });
    }
    const policy = (on: string, frequencies: typeof AT_FIRST, segments: ('A' | 'B' | 'C' | 'D')[], validFrom: string) =>
      book.tell(at(dayOf(on), 7, 45), policyStream('visit-frequency'), MANAGER, {
        name: 'SetVisitFrequency',
        id: this.random.uuid(),
        payload: { segments: asTold(frequencies, segments), validFrom },
      });
    policy('2023-11-01', AT_FIRST, ['A', 'B', 'C', 'D'], '2023-11-01');
    policy('2024-12-10', FROM_2025, ['C'], '2025-01-01');
    const value = (day: number, id: string, policy: typeof VALUE_AT_FIRST, validFrom: string) =>
      book.tell(at(day, 7, 45), policyStream('value'), MANAGER, {
        name: 'SetValuePolicy',
        id,
        payload: { ...policy, validFrom },
      });
    value(0, this.random.uuid(), VALUE_AT_FIRST, '2023-11-01');
    value(dayOf('2024-12-10'), new Random('value policy').uuid(), VALUE_FROM_2025, '2025-01-01');
    this.prepareRates();
  }

  /** The rates of each quarter, within what is believable. */
  private prepareRates(): void {
    let pound = 11_480;
    let dollar = 9_310;
    for (let day = 0; day <= LAST_DAY; day++) {
      const isQuarter = isFirstOfMonth(day) && ['01', '04', '07', '10'].includes(dateOf(day).slice(5, 7));
      if (day > 0 && !isQuarter) continue;
      pound += this.random.int(-160, 190);
      dollar += this.random.int(-180, 140);
      this.book.tell(at(day, 7, 50), policyStream('exchange-rates'), MANAGER, {
        name: 'SetExchangeRates',
        id: this.random.uuid(),
        payload: {
          rates: [
            { from: 'GBP', to: 'EUR', rate: (pound / 10_000).toFixed(4) },
            { from: 'USD', to: 'EUR', rate: (dollar / 10_000).toFixed(4) },
          ],
          validFrom: dateOf(day),
        },
      });
    }
  }

  private prepareNewsletters(): void {
    for (const year of [2024, 2025, 2026]) {
      for (const monthDay of ['02-06', '09-03']) {
        const day = workdayFrom(dayOf(`${year}-${monthDay}`));
        this.book.plan(day, () => {
          for (const customer of this.customers) this.relating.newsletter(customer, day);
        });
      }
    }
  }

  private prepareCustomer(customer: Customer): void {
    const { character } = customer;
    const { random } = character;
    // The card index of before takes three days to type in; who comes later is typed in when it comes.
    const first = character.from > 0 ? workdayFrom(character.from) : Math.floor(character.number / 150);
    const referrer = this.referrerOf(character);
    this.book.plan(first, () => this.register(customer, first, referrer));
    this.prepareAgreements(customer, first);
    if (character.size !== 'D' || random.chance(0.15)) this.prepareNotes(customer, first);
    this.prepareStaff(customer, first);
    if (character.until < LAST_DAY) this.prepareEnd(customer);
  }

  /** Those who come later are brought in by others, as far as there are referrals. */
  private referrerOf(character: Character): Customer | undefined {
    if (character.from <= 60 || character.number < 20) return undefined;
    const late = this.customers.filter((other) => other.character.from > 60 && other.character.number >= 20);
    const index = late.findIndex((other) => other.character.number === character.number);
    const number = index % 3 === 0 ? REFERRERS[index / 3] : undefined;
    return number === undefined ? undefined : this.customer(number);
  }

  private register(customer: Customer, day: number, referrer: Customer | undefined): void {
    const { character } = customer;
    const { random } = character;
    const isNew = character.from > 0;
    const moment = isNew
      ? at(day, 8, random.int(0, 50), random.int(0, 59))
      : at(day, 9, (character.number % 150) * 2, character.number % 60);
    const actor = isNew ? character.manager : INSIDE_SALES;
    const tell = <Name extends CommandName>(command: StoryCommand<Name>) =>
      this.book.tell(moment, customer.stream, actor, command);
    const referralId = random.uuid();
    if (referrer) {
      const received = workdayFrom(Math.max(1, day - random.int(15, 55)));
      this.book.tell(at(day, 7, 59), referrer.stream, referrer.character.manager, {
        name: 'ReceiveReferral',
        id: referralId,
        payload: {
          prospect: { name: character.name },
          occurredAt: instant(at(Math.min(received, day - 1), 11, 30)),
        },
      });
    }
    tell({
      name: 'RegisterCustomer',
      id: character.id,
      payload: {
        name: character.name,
        lifecycle: 'customer',
        externalIds: [{ source: ERP, key: String(10_000 + character.number * 7) }],
        postcode: character.postcode,
        country: character.place.country,
        region: character.place.region,
        industry: character.industry,
        ...(referrer ? { referredBy: referrer.character.id } : {}),
      },
    });
    for (const person of character.persons) this.introduce(customer, person, moment, actor);
    const team: { repId: string; role: OurRole }[] = [{ repId: character.manager, role: 'accountManager' }];
    if (character.size !== 'D') team.push({ repId: INSIDE_SALES, role: 'insideSales' });
    if (character.size === 'A') team.push({ repId: MANAGER, role: 'management' });
    for (const member of team) {
      tell({
        name: 'AssignAccountTeamMember',
        id: random.uuid(),
        payload: { ...member, validFrom: dateOf(day) },
      });
    }
    tell({
      name: 'AgreePaymentTerms',
      id: random.uuid(),
      payload: {
        days: character.paymentDays,
        ...(character.size === 'A' ? { settlementDiscount: { rate: '0.02', withinDays: 8 } } : {}),
        validFrom: dateOf(day),
        agreedWith: (character.persons[0] as Person).id,
        agreedBy: character.manager,
      },
    });
    // Nothing is told about it before it has been typed in.
    this.book.plan(day + 1, () => {
      customer.isRegistered = true;
    });
    if (!isNew) return;
    if (referrer) {
      this.book.tell(moment + 3_600_000, referrer.stream, character.manager, {
        name: 'ConvertReferral',
        id: random.uuid(),
        payload: {
          referralId,
          newCustomerId: character.id,
          wouldHaveComeAnyway: random.chance(0.3),
          savedAcquisitionCost: random.int(15, 60) * 1_000,
        },
      });
      this.book.tell(moment + 3_600_000, referrer.stream, character.manager, {
        name: 'AttributeDirectCost',
        id: new Random(`thanks for ${character.number}`).uuid(),
        payload: { amount: 11_500, what: 'dinner to say thank you', referralId },
      });
    }
    const ordered = workdaysAfter(day, random.int(1, 8));
    this.book.plan(ordered, () => this.selling.order(customer, ordered));
  }

  private introduce(customer: Customer, person: Person, moment: number, actor: string): void {
    const { id, newsletter, ...about } = person;
    this.book.tell(moment, customer.stream, actor, { name: 'AddContactPerson', id, payload: about });
    this.book.tell(moment, customer.stream, actor, {
      name: 'ChangeConsent',
      id: customer.character.random.uuid(),
      payload: { contactPersonId: id, channel: 'newsletter', granted: newsletter },
    });
  }

  /** People leave and are replaced, change their job, and have enough of newsletters. */
  private prepareStaff(customer: Customer, first: number): void {
    const { character } = customer;
    const { random, persons } = character;
    for (let year = 0; year < 3; year++) {
      const day = workdayFrom(first + 40 + year * 365 + random.int(0, 300));
      if (!random.chance(character.size === 'A' ? 0.6 : character.size === 'B' ? 0.25 : 0.07)) continue;
      this.book.plan(day, () => {
        if (customer.isClosed) return;
        const moment = at(day, 7, random.int(0, 40));
        const actor = character.manager;
        const index = random.int(0, persons.length - 1);
        const person = persons[index] as Person;
        const luck = random.next();
        if (luck < 0.55) {
          const successor = newPerson(character, person.role, person.layer);
          this.book.tell(moment, customer.stream, actor, {
            name: 'RecordContactPersonLeft',
            id: random.uuid(),
            payload: { contactPersonId: person.id, reason: 'Andere baan' },
          });
          persons[index] = successor;
          this.introduce(customer, successor, moment, actor);
        } else if (luck < 0.8) {
          person.newsletter = false;
          this.book.tell(moment, customer.stream, INSIDE_SALES, {
            name: 'ChangeConsent',
            id: random.uuid(),
            payload: { contactPersonId: person.id, channel: 'newsletter', granted: false },
          });
        } else {
          this.book.tell(moment, customer.stream, actor, {
            name: 'ChangeContactPersonRole',
            id: random.uuid(),
            payload: { contactPersonId: person.id, role: `senior ${person.role}` },
          });
        }
      });
    }
  }

  private prepareNotes(customer: Customer, first: number): void {
    const { random, size } = customer.character;
    const times = { A: 3, B: 2, C: 1, D: 1 }[size];
    for (let time = 0; time < times; time++) {
      const day = workdayFrom(first + 20 + random.int(0, Math.max(30, LAST_DAY - first - 80)));
      this.book.plan(day, () => {
        if (customer.isClosed) return;
        this.book.tell(at(day, 17, random.int(0, 59), 30), customer.stream, customer.character.manager, {
          name: 'NoteProfile',
          id: random.uuid(),
          payload: {
            needs: random.some(texts.NEEDS, random.int(1, 2)).map((need, index) => ({
              need,
              ...(index === 0 ? { arisesOn: dateOf(day + random.int(40, 200)) } : {}),
            })),
            interests: random.some(texts.INTERESTS, 1),
            ...(random.chance(0.6) ? { goals: random.some(texts.GOALS, 1) } : {}),
            bindingFactor: random.pick(texts.BINDING_FACTORS),
            ...(random.chance(0.5) ? { competitors: random.some(texts.COMPETITORS, random.int(1, 2)) } : {}),
          },
        });
      });
    }
  }

  /** Discounts are agreed by the year; some are not renewed, though the prices go on as if they were. */
  private prepareAgreements(customer: Customer, first: number): void {
    const { character } = customer;
    const { random, size, favourites } = character;
    const chance = { A: 1, B: 1, C: 0.55, D: 0.06 }[size];
    if (!random.chance(chance)) return;
    const [low, high] = { A: [10, 14], B: [6, 10], C: [3, 6], D: [2, 5] }[size] as [number, number];
    let rate = random.int(low, high) * 100;
    const isByGroup = size !== 'A' && random.chance(0.25);
    for (let year = yearOf(first); year <= 2026; year++) {
      const from = year === yearOf(first) ? first : dayOf(`${year}-01-01`);
      const told = year === yearOf(first) ? first : workdayFrom(from - random.int(15, 30));
      const isLast = size === 'C' && random.chance(0.2);
      this.agree(customer, told, {
        group: isByGroup ? favourites[0] : undefined,
        rate,
        tiers: [],
        from,
        until: dayOf(`${year + 1}-01-01`),
        lingers: isLast && random.chance(0.6),
      });
      if (isLast) break;
      rate += random.pick([0, 0, 50, 100]);
    }
    if (size === 'A' || (size === 'B' && random.chance(0.4))) {
      const from = Math.max(first, 30);
      this.agree(customer, workdayFrom(from), {
        group: favourites[1] ?? (PRODUCT_GROUPS[0] as string),
        rate,
        tiers: [
          { from: 1_000, rate: rate + 500 },
          { from: 250, rate: rate + 200 },
        ],
        from: workdayFrom(from),
        until: Number.POSITIVE_INFINITY,
        lingers: false,
      });
    }
  }

  private agree(customer: Customer, told: number, draft: Omit<Agreement, 'id'>): void {
    const { character } = customer;
    const agreement: Agreement = { ...draft, id: character.random.uuid() };
    this.book.plan(told, () => {
      if (customer.isClosed || told > character.until) return;
      character.agreements.push(agreement);
      const person = character.persons[0] as Person;
      const tiers = [...agreement.tiers].reverse();
      this.book.tell(at(told, 16, 30, character.number % 60), customer.stream, character.manager, {
        name: 'AgreeDiscount',
        id: agreement.id,
        payload: {
          scope: agreement.group ? { kind: 'productGroup', productGroup: agreement.group } : { kind: 'all' },
          rate: rateText(agreement.rate),
          ...(tiers.length > 0
            ? { tiers: tiers.map(({ from, rate }) => ({ fromQuantity: String(from), rate: rateText(rate) })) }
            : {}),
          validFrom: dateOf(agreement.from),
          ...(Number.isFinite(agreement.until) ? { validTo: dateOf(agreement.until) } : {}),
          agreedWith: person.id,
          agreedBy: character.manager,
        },
      });
    });
  }

  /** Months after the last order somebody finds out that the customer is gone; of some it is never written down. */
  private prepareEnd(customer: Customer): void {
    const { character } = customer;
    const { random, number } = character;
    const day = workdayFrom(character.until + random.int(130, 200));
    const isByUs = number % 11 === 0;
    if (number !== REACTIVATED && random.chance(0.35)) return;
    this.book.plan(day, () => {
      customer.isClosed = true;
      const hasGoneOver = !isByUs && random.chance(0.5);
      this.book.tell(at(day, 18, random.int(0, 30)), customer.stream, character.manager, {
        name: 'EndCustomer',
        id: random.uuid(),
        payload: {
          initiator: isByUs ? 'us' : 'them',
          reason: isByUs ? 'Betaalt niet' : random.pick(texts.END_REASONS),
          ...(hasGoneOver ? { competitor: random.pick(texts.COMPETITORS) } : {}),
        },
      });
      if (number !== REACTIVATED) return;
      const back = workdaysAfter(day, 110);
      this.book.plan(back, () => {
        customer.isClosed = false;
        character.until = Number.POSITIVE_INFINITY;
        customer.appetite = 1;
        this.book.tell(at(back, 8, 15), customer.stream, character.manager, {
          name: 'ReactivateCustomer',
          id: random.uuid(),
          payload: { reason: 'Terug na een tegenvaller bij de ander' },
        });
      });
    });
  }

  /** What happens once. */
  private prepareTurns(): void {
    this.prepareHandover();
    this.prepareOrders();
    this.prepareOwnScheme();
    for (const [index, number] of DUPLICATED.entries()) this.prepareDuplicate(number, 190 + index * 160);
    this.prepareTakeOver();
    this.prepareOpenReferrals();
  }

  private prepareHandover(): void {
    const from = dayOf(HANDOVER.on);
    const last = dayOf(TEAM.daan.leftOn);
    let told = 0;
    for (const day of [workdayFrom(last - 4), workdayFrom(last - 3), last]) {
      this.book.plan(day, () => {
        const theirs = this.customers.filter(
          ({ character, isRegistered, isClosed }) => character.manager === HANDOVER.from && isRegistered && !isClosed,
        );
        const today = day === last ? theirs : theirs.slice(0, 45);
        for (const customer of today) {
          const { character } = customer;
          const moment = at(day, 14, Math.floor(told / 2) % 60, (told % 2) * 30);
          told++;
          character.manager = HANDOVER.to;
          this.book.tell(moment, customer.stream, MANAGER, {
            name: 'AssignAccountTeamMember',
            id: character.random.uuid(),
            payload: { repId: HANDOVER.to, role: 'accountManager', validFrom: HANDOVER.on },
          });
          if (character.size === 'A' || character.size === 'B') {
            const visited = workdayFrom(last - 1);
            if (day < visited) {
              this.relating.visit(customer, { ourRole: 'accountManager' }, HANDOVER.from, visited, undefined, [
                HANDOVER.to,
              ]);
            }
          }
        }
      });
    }
    // Whoever comes after that is Bram's from the start.
    this.book.plan(from - 60, () => {
      for (const { character } of this.customers) {
        if (character.from > from - 60 && managerOf(character.place.region) === HANDOVER.from) {
          character.manager = HANDOVER.to;
        }
      }
    });
  }

  private prepareOrders(): void {
    const plan = (number: number, day: number, twist: Parameters<Selling['order']>[2]) =>
      this.book.plan(day, () => this.selling.order(this.customer(number), day, twist));
    plan(CORRECTED, ORDERED_TENFOLD, {
      value: 640_000,
      tenfold: { foundAfter: FOUND_TENFOLD, reason: 'Aantal van de eerste regel met een nul te veel ingevoerd' },
    });
    const pound = { code: 'GBP', euros: 1.16 };
    plan(ABROAD, workdayFrom(dayOf('2025-02-18')), { currency: pound, value: 410_000 });
    plan(ABROAD, workdayFrom(dayOf('2026-05-12')), { currency: pound, value: 520_000 });
    plan(ABROAD, workdayFrom(dayOf('2026-09-22')), { currency: { code: 'USD', euros: 0.91 }, value: 385_000 });
    plan(DECLINING, workdayFrom(dayOf('2024-11-05')), { value: 2_150_000 });
    this.book.plan(LAST_SEEN, () => {
      const customer = this.customer(OVERDUE);
      const line = { ourRole: 'accountManager', theirLayer: 'tactical' } as const;
      this.relating.visit(customer, line, customer.character.manager, LAST_SEEN);
    });
  }

  private prepareOwnScheme(): void {
    const customer = this.customer(OWN_SCHEME);
    const day = workdayFrom(dayOf('2025-10-14'));
    this.book.plan(day, () => {
      const { persons, manager } = customer.character;
      const director = persons.find(({ layer }) => layer === 'strategic') as Person;
      const buyer = persons.findLast(({ layer }) => layer === 'tactical') as Person;
      this.book.tell(at(day, 15, 20), customer.stream, MANAGER, {
        name: 'DrawUpContactScheme',
        id: this.random.uuid(),
        payload: {
          lines: [
            {
              ourRole: 'accountManager',
              ourPerson: manager,
              theirPerson: buyer.id,
              channel: 'visit',
              timesPerYear: 12,
            },
            {
              ourRole: 'management',
              ourPerson: MANAGER,
              theirPerson: director.id,
              theirLayer: 'strategic',
              channel: 'visit',
              timesPerYear: 3,
            },
            { ourRole: 'insideSales', theirLayer: 'operational', channel: 'call', timesPerYear: 24 },
          ],
          validFrom: dateOf(day + 1),
          reason: 'Grootste klant, wil elke maand iemand zien',
        },
      });
    });
  }

  /** Somebody doesn't find the customer and types it in again; months later it is seen to be the same. */
  private prepareDuplicate(number: number, day: number): void {
    const original = this.customer(number);
    const { character } = original;
    const random = new Random(`duplicate ${number}`);
    const [first, ...rest] = character.name.split(' ');
    const double = new Customer({
      ...character,
      random,
      number: 900 + number,
      id: random.uuid(),
      name: `${first} ${rest.slice(0, -1).join(' ')}`.trim(),
      from: Math.max(day, 1),
      until: day,
      persons: [],
      agreements: [],
    });
    double.character.persons.push(newPerson(double.character, 'office manager', 'tactical'));
    const typed = workdayFrom(day);
    this.book.plan(typed, () => this.register(double, typed, undefined));
    const merged = workdaysAfter(typed, 95);
    this.book.plan(merged, () => {
      double.isClosed = true;
      original.orders.push(...double.orders);
      original.orders.sort((one, other) => one.day - other.day);
      this.book.tell(at(merged, 11, 5), original.stream, INSIDE_SALES, {
        name: 'MergeCustomers',
        id: random.uuid(),
        payload: { mergedIds: [double.character.id] },
      });
    });
  }

  private prepareTakeOver(): void {
    const acquired = this.customer(ACQUIRED);
    const day = workdayFrom(dayOf('2026-01-13'));
    acquired.character.until = day - 60;
    this.book.plan(day, () => {
      acquired.isClosed = true;
      this.book.tell(at(day, 9, 40), acquired.stream, acquired.character.manager, {
        name: 'TakeOverCustomer',
        id: this.random.uuid(),
        payload: { by: this.customer(ACQUIRER).character.id, validFrom: '2026-01-01' },
      });
    });
  }

  /** Brought in, but not yet a customer. */
  private prepareOpenReferrals(): void {
    const taken = new Set<string>();
    for (const [index, number] of [1, 9, 15, 30].entries()) {
      const referrer = this.customer(number);
      const day = workdayFrom(dayOf('2026-05-04') + index * 37);
      const prospect = `${['Kraanvogel', 'Polderlicht', 'Rozenspiegel', 'Hazelwind'][index]} Advies B.V.`;
      taken.add(prospect);
      this.book.plan(day, () =>
        this.book.tell(at(day, 16, 10 + index), referrer.stream, referrer.character.manager, {
          name: 'ReceiveReferral',
          id: this.random.uuid(),
          payload: { prospect: { name: prospect }, ...(index === 3 ? { partner: 'Drukkerij De Zetspiegel' } : {}) },
        }),
      );
    }
  }
}
