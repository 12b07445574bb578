import { eventIdFor } from '../../application/event-id.js';
import type { ToldSchemeLine } from '../../domain/scheme.js';
import type { Book } from './book.js';
import { at, dateOf, dayOf, instant, LAST_DAY, workdayFrom, workdaysAfter } from './calendar.js';
import type { Customer } from './customer.js';
import type { Person } from './customers.js';
import { AT_FIRST, FROM_2025 } from './policy.js';
import { TEAM } from './team.js';
import * as texts from './texts.js';

const MOST_VISITS_A_DAY = 4;
const MOST_CALLS_A_DAY = 12;
/** Planned visits are made known about this long before. */
const PLANNED_AHEAD = 8;

type Line = Pick<ToldSchemeLine, 'ourRole' | 'channel' | 'timesPerYear' | 'theirLayer'>;

/** Our people see and call the customers as the policy says, as far as life lets them. */
export class Relating {
  private readonly busy = new Map<string, number>();

  constructor(private readonly book: Book) {}

  startDay(): void {
    this.busy.clear();
  }

  /** Does for one customer what is due on a working day. */
  keepInTouch(customer: Customer, day: number): void {
    if (customer.isClosed || !customer.isRegistered) return;
    const segment = customer.segment ?? customer.character.size;
    const lines = (day < dayOf('2025-01-01') ? AT_FIRST : FROM_2025)[segment];
    for (const line of lines) this.follow(customer, line, day);
  }

  private follow(customer: Customer, line: Line, day: number): void {
    const key = `${line.ourRole} ${line.channel}`;
    if (customer.underway.has(key)) return;
    const { random } = customer.character;
    const interval = 365 / line.timesPerYear;
    let last = customer.lastContact.get(key);
    if (!last) {
      // When the story begins, everybody was seen at some time before.
      last = { day: day - Math.floor(interval * random.next() * 0.8), after: this.patience(customer, line) };
      customer.lastContact.set(key, last);
    }
    const isPlanned = line.channel === 'visit' && line.timesPerYear >= 4;
    if (day - last.day < interval * last.after - (isPlanned ? PLANNED_AHEAD : 0)) return;
    const who = this.colleague(customer, line);
    if (line.ourRole === 'accountManager' && day >= customer.neglectedFrom) return;
    if (!this.hasTime(who, line)) return;
    if (line.channel === 'call') this.call(customer, who, day);
    else if (isPlanned && random.chance(0.6)) {
      this.planVisit(customer, line, key, who, day);
      return;
    } else this.visit(customer, line, who, isPlanned ? workdaysAfter(day, random.int(1, 6)) : day);
    customer.lastContact.set(key, { day, after: this.patience(customer, line) });
  }

  /** Small customers wait longer than they should. */
  private patience(customer: Customer, line: Line): number {
    const { random } = customer.character;
    const pace = TEAM[this.colleague(customer, line) as keyof typeof TEAM].pace;
    if (line.timesPerYear >= 5) return pace * random.between(0.74, 1.06);
    if (line.timesPerYear > 1) return pace * random.between(0.74, 1.2);
    return pace * random.between(0.8, 1.9);
  }

  private colleague(customer: Customer, line: Line): string {
    if (line.ourRole === 'management') return TEAM.femke.repId;
    return line.ourRole === 'insideSales' ? TEAM.iris.repId : customer.character.manager;
  }

  private hasTime(who: string, line: Line): boolean {
    const kind = `${who} ${line.channel}`;
    const done = this.busy.get(kind) ?? 0;
    if (done >= (line.channel === 'call' ? MOST_CALLS_A_DAY : MOST_VISITS_A_DAY)) return false;
    this.busy.set(kind, done + 1);
    return true;
  }

  private planVisit(customer: Customer, line: Line, key: string, who: string, day: number): void {
    const { random } = customer.character;
    const visitId = random.uuid();
    const from = workdaysAfter(day, random.int(3, 6));
    const to = workdaysAfter(from, 3);
    customer.underway.add(key);
    this.book.tell(at(day, 8, random.int(30, 59)), customer.stream, who, {
      name: 'PlanVisit',
      id: visitId,
      payload: {
        repId: who,
        window: { from: dateOf(from), to: dateOf(to) },
        reasons: [`${line.timesPerYear} visits a year`],
      },
    });
    const luck = random.next();
    const held = workdaysAfter(from, random.int(0, 2));
    if (luck < 0.06) {
      const again = workdaysAfter(to, random.int(3, 8));
      this.book.plan(workdayFrom(from - 1), () => {
        if (customer.isClosed) return;
        this.book.tell(at(workdayFrom(from - 1), 9, random.int(0, 59)), customer.stream, who, {
          name: 'RescheduleVisit',
          id: random.uuid(),
          payload: { visitId, window: { from: dateOf(again), to: dateOf(workdaysAfter(again, 3)) } },
        });
        this.keepAppointment(customer, line, key, again, visitId);
      });
    } else if (luck < 0.11) {
      this.book.plan(held, () => {
        customer.underway.delete(key);
        if (customer.isClosed) return;
        this.book.tell(at(held, 16, random.int(0, 59)), customer.stream, who, {
          name: 'RecordVisitNotHeld',
          id: random.uuid(),
          payload: {
            visitId,
            why: random.chance(0.7) ? 'cancelled' : 'missed',
            reason: random.pick(texts.NOT_HELD_REASONS),
          },
        });
      });
    } else this.keepAppointment(customer, line, key, held, visitId);
  }

  private keepAppointment(customer: Customer, line: Line, key: string, day: number, visitId: string): void {
    this.book.plan(day, () => {
      customer.underway.delete(key);
      if (customer.isClosed || (day >= customer.neglectedFrom && line.ourRole === 'accountManager')) return;
      this.visit(customer, line, this.colleague(customer, line), day, visitId);
      customer.lastContact.set(key, { day, after: this.patience(customer, line) });
    });
  }

  /** A visit on a day, written down that evening or, by some, the week after. */
  visit(
    customer: Customer,
    line: Pick<Line, 'theirLayer' | 'ourRole'>,
    who: string,
    day: number,
    visitId?: string,
    alongWith: readonly string[] = [],
  ): void {
    const { random, persons, revenue } = customer.character;
    const id = random.uuid();
    const heldAt = at(day, random.int(9, 15), random.pick([0, 15, 30, 45]));
    const told = random.chance(0.8) ? day : workdaysAfter(day, random.int(1, 6));
    const toldAt = at(told, 17, random.int(5, 59), random.int(0, 59));
    const layer = line.theirLayer ?? (customer.character.size === 'D' ? undefined : 'tactical');
    const met = random.some(
      persons.filter((person) => !layer || person.layer === layer),
      1,
    );
    if (met.length === 0) met.push(...persons.slice(0, 1));
    const orderIds = random.chance(0.2) ? customer.orders.slice(-1).map((order) => order.id) : [];
    const payload = {
      occurredAt: instant(heldAt),
      ...(visitId ? { visitId } : {}),
      heldBy: [who, ...alongWith],
      contactPersons: met.map((person) => ({ id: person.id, layer: person.layer })),
      orderIds,
      topics: random.some(texts.TOPICS, random.int(1, 2)),
      ...(random.chance(0.16) ? { needs: [random.pick(texts.NEEDS)] } : {}),
      ...(random.chance(0.4) ? { outcome: random.pick(texts.OUTCOMES) } : {}),
      durationMinutes: random.pick([20, 30, 45, 60, 60, 75, 90]),
      ...(random.chance(0.7) ? { notes: random.pick(texts.VISIT_NOTES) } : {}),
    };
    const promiseId = random.uuid();
    const due = workdaysAfter(day, random.int(10, 18));
    const promises = random.chance(0.22)
      ? [{ id: promiseId, what: random.pick(texts.PROMISES), owner: who, dueOn: dateOf(due) }]
      : [];
    const share = random.between(0.2, 0.75);
    const wallet =
      customer.character.size !== 'D' && random.chance(0.06)
        ? {
            category: 'promotional gifts',
            annualSpend: Math.round(revenue / share / 100_000) * 100_000,
            ourShare: share.toFixed(2),
            competitors: random.some(texts.COMPETITORS, 1),
            basis: 'told by the customer',
          }
        : undefined;
    this.book.tell(toldAt, customer.stream, who, {
      name: 'LogVisit',
      id,
      payload: { ...payload, ...(promises.length > 0 ? { promises } : {}), ...(wallet ? { wallet } : {}) },
    });
    if (promises.length > 0) this.seeToPromise(customer, promiseId, who, due);
    this.slip(customer, id, visitId ?? id, payload, heldAt, Math.max(told, day));
  }

  /** Promises are kept, broken or forgotten. */
  private seeToPromise(customer: Customer, promiseId: string, who: string, due: number): void {
    const { random } = customer.character;
    const luck = random.next();
    if (luck < 0.06) return;
    const day = luck < 0.8 ? workdayFrom(due - random.int(0, 1)) : workdaysAfter(due, random.int(1, 8));
    const isBroken = luck > 0.9;
    this.book.tell(at(day, 16, random.int(0, 59), random.int(0, 59)), customer.stream, who, {
      name: isBroken ? 'BreakPromise' : 'KeepPromise',
      id: random.uuid(),
      payload: isBroken ? { promiseId, reason: random.pick(texts.BROKEN_REASONS) } : { promiseId },
    });
  }

  /** Now and then a visit was written down with the wrong day, or twice. */
  private slip(
    customer: Customer,
    commandId: string,
    visitId: string,
    { occurredAt: _, visitId: __, ...data }: Record<string, unknown>,
    heldAt: number,
    told: number,
  ): void {
    const { random } = customer.character;
    const luck = random.next();
    const noticed = workdaysAfter(told, random.int(2, 15));
    if (luck > 0.012 || noticed > LAST_DAY) return;
    const who = TEAM.iris.repId;
    const moment = at(noticed, 11, random.int(0, 59));
    if (luck < 0.006) {
      const again = random.uuid();
      this.book.tell(at(workdaysAfter(told, 1), 9, random.int(0, 59)), customer.stream, who, {
        name: 'LogVisit',
        id: again,
        payload: { ...data, occurredAt: instant(heldAt + 1_800_000) },
      });
      this.book.tell(moment, customer.stream, who, {
        name: 'RetractEvent',
        id: random.uuid(),
        payload: {
          targetEventId: eventIdFor(customer.stream, again, 0),
          reason: 'Dubbel ingevoerd door de binnendienst',
        },
      });
      return;
    }
    this.book.tell(moment, customer.stream, who, {
      name: 'CorrectEvent',
      id: random.uuid(),
      payload: {
        targetEventId: eventIdFor(customer.stream, commandId, 0),
        replacement: { occurredAt: instant(heldAt - 86_400_000), data: { ...data, visitId } },
        reason: 'Was een dag eerder',
      },
    });
  }

  private call(customer: Customer, who: string, day: number): void {
    const { random, persons } = customer.character;
    const calledAt = at(day, random.int(9, 16), random.int(0, 59));
    const person = persons.findLast(({ layer }) => layer === 'operational') ?? (persons[0] as Person);
    this.book.tell(calledAt + 60_000 * random.int(8, 25), customer.stream, who, {
      name: 'LogInteraction',
      id: random.uuid(),
      payload: {
        occurredAt: instant(calledAt),
        channel: 'phone',
        direction: 'outbound',
        heldBy: [who],
        contactPersons: [{ id: person.id, layer: person.layer }],
        durationMinutes: random.int(3, 18),
        ...(random.chance(0.6) ? { notes: random.pick(texts.CALL_NOTES) } : {}),
      },
    });
  }

  /** To everybody who wants it. */
  newsletter(customer: Customer, day: number): void {
    if (customer.isClosed || !customer.isRegistered) return;
    const readers = customer.character.persons.filter((person) => person.newsletter);
    if (readers.length === 0) return;
    const sentAt = at(day, 10, 0);
    this.book.tell(sentAt + 300_000, customer.stream, TEAM.iris.repId, {
      name: 'LogInteraction',
      id: customer.character.random.uuid(),
      payload: {
        occurredAt: instant(sentAt),
        channel: 'newsletter',
        heldBy: [],
        contactPersons: readers.map(({ id, layer }) => ({ id, layer })),
        countsTowardScheme: false,
      },
    });
  }
}
