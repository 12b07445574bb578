import { randomFillSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import {
  chainHash,
  customerStream,
  fixCompanySettings,
  pathsOf,
  prepareDataFolder,
  repStream,
  SqliteEventLog,
  SqliteKeyRing,
  seal,
} from './built.ts';

/**
 * Fills a data folder with made-up events, as fast as the disk takes them: 45% orders of four lines, 35% visits and
 * interactions, 20% the rest, for a customer in every fifty events. How much happens with a customer falls off like
 * 1/rank^0.8: of 200,000 customers the first has tens of thousands of events, the last ten.
 *
 * The events are those that the program would have stored, sealed texts and hash chains included; only their ids and
 * request hashes are counted up instead of computed.
 */
export interface Generated {
  readonly events: number;
  readonly customers: number;
  readonly reps: readonly string[];
  readonly orders: number;
  readonly orderLines: number;
  /** UTC instants of the first and the last event. */
  readonly from: string;
  readonly to: string;
}

export const SETTINGS = { timeZone: 'Europe/Amsterdam', currency: 'EUR' };

const EVENTS_PER_CUSTOMER = 50;
const CUSTOMERS_PER_REP = 500;
const PER_TRANSACTION = 50_000;
const SKEW = 0.8;
const SPAN_MS = 3 * 365 * 86_400_000;
/** The generated history ends a day ago: what the benchmarks record then comes after it. */
const MARGIN_MS = 86_400_000;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const GROUPS = ['pens', 'textiles', 'drinkware', 'umbrellas', 'notebooks', 'tech gifts'];
const NOTES = [
  'Went through the autumn collection; the umbrellas went down well.',
  'Budget for next year is fixed in September, come back then.',
  'They compare three suppliers; delivery time weighs more than price.',
  'A quiet talk, nothing in the pipeline. Call in six weeks.',
];

/** xorshift32: fast, and the same each time. */
export function random(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

function hex(value: number, bytes: number): string {
  let text = '';
  for (let rest = value, at = 0; at < bytes; at++) {
    text = HEX[rest % 256] + text;
    rest = Math.floor(rest / 256);
  }
  return text;
}

/** UUIDs by kind and number, so that any event can name any thing. */
function uuid(kind: number, number: number): string {
  return `${hex(kind, 4)}-0000-4000-8000-${hex(number, 6)}`;
}

export function customerIdOf(number: number): string {
  return uuid(1, number);
}

export async function generate(
  folder: string,
  events: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<Generated> {
  const paths = pathsOf(folder);
  if (existsSync(paths.log)) throw new Error(`There is a log in ${folder} already.`);
  await prepareDataFolder(folder);
  const to = Date.now() - MARGIN_MS;
  const from = to - SPAN_MS;
  const keyRing = await SqliteKeyRing.open(paths.keyRing);
  await keyRing.close();
  const clock = { now: () => from - 1_000 };
  const log = await SqliteEventLog.open(paths.log, { clock });
  await fixCompanySettings(log, SETTINGS, clock);
  await log.close();
  return new Writing(paths.log, paths.keyRing, events, from, to).run(onProgress);
}

class Writing {
  private readonly events: number;
  private readonly from: number;
  private readonly to: number;
  private readonly database: DatabaseSync;
  private readonly keyDatabase: DatabaseSync;
  private readonly insertEvent;
  private readonly insertStream;
  private readonly insertKey;
  private readonly draw = random(20261031);
  private readonly customers: number;
  private readonly repIds: string[];
  private readonly streams: string[];
  private readonly revisions: Int32Array;
  private readonly hashes: string[];
  private readonly keys: Buffer;
  private readonly lastOrder: Int32Array;
  private readonly notes: string[];
  private position: number;
  private firstStream = 1;
  private orders = 0;
  private now = 0;
  private occurredAt = '';
  private recordedAt = 0;

  constructor(logFile: string, keyFile: string, events: number, from: number, to: number) {
    this.events = events;
    this.from = from;
    this.to = to;
    this.customers = Math.max(1, Math.floor(events / EVENTS_PER_CUSTOMER));
    const reps = Math.max(5, Math.ceil(this.customers / CUSTOMERS_PER_REP));
    this.repIds = Array.from({ length: reps }, (_, index) => `rep${index + 1}`);
    this.streams = Array.from({ length: this.customers }, (_, index) => customerStream(customerIdOf(index)));
    for (const repId of this.repIds) this.streams.push(repStream(repId));
    this.revisions = new Int32Array(this.streams.length);
    this.hashes = new Array<string>(this.streams.length).fill('');
    this.keys = randomFillSync(Buffer.alloc(this.streams.length * 32));
    this.lastOrder = new Int32Array(this.customers);
    this.notes = new Array<string>(this.customers).fill('');
    this.database = new DatabaseSync(logFile);
    this.database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;
      PRAGMA wal_autocheckpoint = 20000; PRAGMA temp_store = MEMORY;
    `);
    this.insertEvent = this.database.prepare(`
      INSERT INTO events (position, stream, revision, id, type, data, metadata, recorded_at, original_recorded_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)`);
    this.insertStream = this.database.prepare('INSERT INTO streams (id, name) VALUES (?, ?)');
    this.position = Number((this.database.prepare('SELECT head FROM log').get() as { head: number }).head);
    this.keyDatabase = new DatabaseSync(keyFile);
    this.keyDatabase.exec('PRAGMA synchronous = OFF');
    this.insertKey = this.keyDatabase.prepare('INSERT INTO keys (subject, key) VALUES (?, ?)');
  }

  run(onProgress: (done: number) => void): Generated {
    const { database } = this;
    const firstStream = Number(
      (database.prepare('SELECT coalesce(max(id), 0) AS last FROM streams').get() as { last: number }).last,
    );
    database.exec('BEGIN');
    this.keyDatabase.exec('BEGIN');
    for (const [index, stream] of this.streams.entries()) {
      this.insertStream.run(firstStream + 1 + index, stream);
      this.insertKey.run(stream, this.keyOf(index));
      // One person a customer, under the same key: no two texts tell that.
      if (index < this.customers) this.insertKey.run(`person-${uuid(2, index)}`, this.keyOf(index));
    }
    this.keyDatabase.exec('COMMIT');
    this.keyDatabase.close();
    let done = 0;
    const step = (write: () => void) => {
      write();
      done++;
      if (done % PER_TRANSACTION !== 0) return;
      database.prepare('UPDATE log SET head = ?').run(this.position);
      database.exec('COMMIT; BEGIN');
      onProgress(done);
    };
    this.firstStream = firstStream + 1;
    this.tick(0);
    for (let rep = 0; rep < this.repIds.length; rep++) step(() => this.registerRep(rep));
    for (let customer = 0; customer < this.customers && done + 3 < this.events; customer++) {
      step(() => this.register(customer));
      step(() => this.assign(customer));
      step(() => this.introduce(customer));
    }
    const rest = this.events - done;
    for (let index = 0; done < this.events; index++) {
      this.tick(index / rest);
      step(() => this.happen());
    }
    database.prepare('UPDATE log SET head = ?').run(this.position);
    database.exec('COMMIT');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    return {
      events: done,
      customers: this.customers,
      reps: this.repIds,
      orders: this.orders,
      orderLines: this.orders * 4,
      from: new Date(this.from).toISOString(),
      to: new Date(this.to).toISOString(),
    };
  }

  private tick(share: number): void {
    const occurred = Math.floor(this.from + share * (this.to - this.from));
    // Text of the same second is used again: making it costs as much as hashing.
    if (occurred - this.now >= 1_000 || this.occurredAt === '') {
      this.now = occurred;
      this.occurredAt = new Date(occurred).toISOString();
    }
    this.recordedAt = occurred;
  }

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.draw() * from.length)] as T;
  }

  /** By the inverse of the distribution's cumulative weight. */
  private customer(): number {
    const power = 1 - SKEW;
    const most = (this.customers + 1) ** power;
    const rank = (1 + this.draw() * (most - 1)) ** (1 / power);
    // Spread over the ids, so that the largest don't lie together.
    return ((Math.min(Math.floor(rank), this.customers) - 1) * 7_919) % this.customers;
  }

  private repOf(customer: number): string {
    return this.repIds[customer % this.repIds.length] as string;
  }

  private write(stream: number, type: string, data: string): void {
    const revision = this.revisions[stream] as number;
    this.position++;
    const id = uuid(9, this.position);
    const previous = revision === 0 ? '' : `,"previousHash":"${this.hashes[stream]}"`;
    const metadata = `{"schemaVersion":1,"occurredAt":"${this.occurredAt}","actor":"local","source":"api","requestId":"${id}","requestHash":"${REQUEST_HASH}"${previous}}`;
    const name = this.streams[stream] as string;
    this.hashes[stream] = chainHash({ stream: name, revision: BigInt(revision), id, type, data, metadata });
    this.revisions[stream] = revision + 1;
    this.insertEvent.run(this.position, this.firstStream + stream, revision, id, type, data, metadata, this.recordedAt);
  }

  private keyOf(stream: number): Buffer {
    return this.keys.subarray(stream * 32, stream * 32 + 32);
  }

  private sealed(text: string, stream: number): string {
    return JSON.stringify(seal(text, this.streams[stream] as string, this.keyOf(stream)));
  }

  private registerRep(rep: number): void {
    const stream = this.customers + rep;
    const repId = this.repIds[rep] as string;
    this.write(stream, 'RepRegistered', `{"repId":"${repId}","name":${this.sealed(`Rep ${rep + 1}`, stream)}}`);
  }

  private register(customer: number): void {
    const postcode = `${1000 + ((customer * 37) % 9000)} ${'ABCDEGHJKL'[customer % 10]}${'MNPRTVWXZA'[(customer * 3) % 10]}`;
    this.write(
      customer,
      'CustomerRegistered',
      `{"name":"Customer ${customer + 1}","lifecycle":"customer","externalIds":[],"postcode":"${postcode}","country":"NL","industry":"services"}`,
    );
  }

  private assign(customer: number): void {
    this.write(
      customer,
      'AccountTeamMemberAssigned',
      `{"repId":"${this.repOf(customer)}","role":"accountManager","validFrom":"${this.occurredAt.slice(0, 10)}"}`,
    );
  }

  private introduce(customer: number): void {
    const person = uuid(2, customer);
    const name = JSON.stringify(seal(`Person ${customer + 1}`, `person-${person}`, this.keyOf(customer)));
    this.write(
      customer,
      'ContactPersonAdded',
      `{"contactPersonId":"${person}","name":${name},"role":"buyer","layer":"tactical"}`,
    );
  }

  /** The rest of the mix: what was written at the start took 6 of the 20 in a hundred. */
  private happen(): void {
    const customer = this.customer();
    const kind = this.draw() * 94;
    const order = this.lastOrder[customer] as number;
    if (kind < 45) this.order(customer);
    else if (kind < 63) this.visit(customer);
    else if (kind < 80) this.interaction(customer);
    else if (order === 0 || kind >= 92) this.profile(customer);
    else if (kind < 87) this.deliver(customer, order);
    else this.pay(customer, order);
  }

  private deliver(customer: number, order: number): void {
    const day = this.occurredAt.slice(0, 10);
    this.write(customer, 'OrderDelivered', `{"orderId":"${uuid(3, order)}","deliveredOn":"${day}"}`);
  }

  private pay(customer: number, order: number): void {
    const day = this.occurredAt.slice(0, 10);
    const amount = 10_000 + (order % 90_000);
    this.write(
      customer,
      'InvoicePaid',
      `{"orderId":"${uuid(3, order)}","paidOn":"${day}","amount":${amount},"currency":"EUR"}`,
    );
  }

  private profile(customer: number): void {
    this.write(
      customer,
      'CustomerProfileNoted',
      `{"needs":[{"need":${this.note(customer)}}],"bindingFactor":"personal contact"}`,
    );
  }

  private order(customer: number): void {
    this.orders++;
    this.lastOrder[customer] = this.orders;
    let lines = '';
    for (let line = 0; line < 4; line++) {
      const quantity = 10 + Math.floor(this.draw() * 490);
      const cents = 40 + Math.floor(this.draw() * 2_000);
      const percent = Math.floor(this.draw() * 15);
      const net = Math.round((quantity * cents * (100 - percent)) / 100);
      const article = Math.floor(this.draw() * 2_000);
      lines += `${line === 0 ? '' : ','}{"sku":"SKU-${article}","description":"Article ${article}","productGroup":"${GROUPS[article % 6]}","quantity":"${quantity}","listPrice":"${(cents / 100).toFixed(2)}","discountRate":"${(percent / 100).toFixed(2)}","net":${net},"cost":${Math.round(net * 0.6)}}`;
    }
    this.write(
      customer,
      'OrderPlaced',
      `{"orderId":"${uuid(3, this.orders)}","soldBy":"${this.repOf(customer)}","currency":"EUR","lines":[${lines}]}`,
    );
  }

  /** The same with one customer each time: sealing costs more than everything else about an event. */
  private note(customer: number): string {
    this.notes[customer] ||= this.sealed(this.pick(NOTES), customer);
    return this.notes[customer] as string;
  }

  private visit(customer: number): void {
    const notes = this.note(customer);
    this.write(
      customer,
      'VisitLogged',
      `{"visitId":"${uuid(4, this.position)}","heldBy":["${this.repOf(customer)}"],"contactPersons":[{"id":"${uuid(2, customer)}","layer":"tactical"}],"orderIds":[],"topics":["annual review"],"durationMinutes":45,"notes":${notes}}`,
    );
  }

  private interaction(customer: number): void {
    const notes = this.note(customer);
    this.write(
      customer,
      'InteractionLogged',
      `{"interactionId":"${uuid(5, this.position)}","channel":"phone","direction":"outbound","heldBy":["${this.repOf(customer)}"],"contactPersons":[{"id":"${uuid(2, customer)}","layer":"tactical"}],"orderIds":[],"countsTowardScheme":true,"durationMinutes":8,"notes":${notes}}`,
    );
  }
}

/** As long as a real one. */
const REQUEST_HASH = 'b'.repeat(43);
