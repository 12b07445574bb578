import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { LogDamaged, LogUnavailable } from '../../application/ports/event-log.js';
import { type AdoptedKeys, KeyDestroyed, KeyRing, type SubjectKey } from '../../application/ports/key-ring.js';
import { EsdbConnection } from './connection.js';
import { parseConnectionString } from './connection-string.js';
import { openingError, portError, retryAfterSeconds } from './errors.js';
import { KeyStreams, type StoredKey } from './key-streams.js';
import { KEY_BYTES, unwrapKey, wrapKey } from './key-wrapping.js';
import { type EsdbPatience, PATIENCE } from './persisting.js';

export interface EsdbKeyRingOptions {
  /** `esdb://…` or `esdb+discover://…`; may hold a login. */
  readonly connectionString: string;
  /** Before the name of every stream. Default ''. */
  readonly prefix?: string;
  /** 32 bytes, the same on every node; never stored on the server. */
  readonly masterKey: Buffer;
  /** How long a key is used without looking whether it was destroyed elsewhere, in milliseconds. Default 10,000. */
  readonly memoryMs?: number;
  /** The same while it can't be looked, because the server is out of reach. Default 900,000. */
  readonly outageMs?: number;
  readonly patience?: Partial<EsdbPatience>;
}

/** Can't be a subject. */
const REQUESTS = '$requests';
const DEFAULT_MEMORY_MS = 10_000;
const DEFAULT_OUTAGE_MS = 900_000;
/** What is remembered is worth a short wait for the truth, but no long one. */
const LOOK_AGAIN_MS = 1_000;
const IN_OUTAGE_MS = 2_000;
/** About 20 MB. */
const MOST_KEYS_REMEMBERED = 50_000;
/** Calls under way at the same time. */
const AT_ONCE = 32;
const NOT_VISIBLE_YET_PAUSE_MS = 10;

interface Remembered {
  readonly key: Buffer;
  /** When it was last seen to be there, by the clock of `performance`. */
  readonly seen: number;
}

/**
 * The keys on the server of the log, each in a stream of its own, enciphered under a master key that is not there. Any
 * number of nodes use the same ring. A destroyed key is gone at once on the node that destroyed it, and on the others
 * when their memory of it runs out. While the server is out of reach they go on with what they remember for a while, so
 * that questions are still answered.
 */
export class EsdbKeyRing extends KeyRing {
  private readonly remembered = new LRUCache<string, Remembered>({ max: MOST_KEYS_REMEMBERED });
  /** There is no way back from there, so this needs no looking again. */
  private readonly knownDestroyed = new LRUCache<string, true>({ max: MOST_KEYS_REMEMBERED });
  private readonly making = new Map<string, Promise<Buffer>>();
  private readonly streams: KeyStreams;
  private requests: Buffer = Buffer.alloc(0);
  private isClosed = false;

  private constructor(
    private readonly connection: EsdbConnection,
    private readonly masterKey: Buffer,
    private readonly patience: EsdbPatience,
    prefix: string,
    private readonly memoryMs: number,
    private readonly outageMs: number,
  ) {
    super();
    this.streams = new KeyStreams(connection, prefix, patience);
  }

  /**
   * Opens the ring, and makes the key of the requests when there is none.
   * @throws LogUnavailable when the server can't be reached within a few seconds
   * @throws Error, one sentence, for a bad connection string, a refused login or another master key than the ring's
   * @throws LogDamaged
   */
  static async open(options: EsdbKeyRingOptions): Promise<EsdbKeyRing> {
    const { masterKey, prefix = '', memoryMs = DEFAULT_MEMORY_MS, outageMs = DEFAULT_OUTAGE_MS } = options;
    if (masterKey.length !== KEY_BYTES) throw new Error(`The master key must be ${KEY_BYTES} bytes long.`);
    const patience = { ...PATIENCE, ...options.patience };
    const connection = new EsdbConnection(parseConnectionString(options.connectionString));
    const ring = new EsdbKeyRing(connection, masterKey, patience, prefix, memoryMs, outageMs);
    try {
      const until = performance.now() + patience.open;
      ring.requests = await ring.made(REQUESTS, until);
      return ring;
    } catch (error) {
      connection.close();
      throw openingError(error, connection.described);
    }
  }

  async keyFor(subject: string): Promise<Buffer> {
    this.check(subject);
    const known = this.fresh(subject);
    if (known) return known;
    if (this.knownDestroyed.has(subject)) throw new KeyDestroyed(subject);
    let making = this.making.get(subject);
    if (!making) {
      making = this.translated(this.made(subject, performance.now() + this.patience.total));
      this.making.set(subject, making);
      making.then(
        () => this.making.delete(subject),
        () => this.making.delete(subject),
      );
    }
    return await making;
  }

  async find(subjects: ReadonlySet<string> | readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const found = new Map<string, Buffer>();
    await this.atOnce(subjects, async (subject) => {
      this.check(subject);
      if (this.knownDestroyed.has(subject)) return;
      const key = this.fresh(subject) ?? (await this.stored(subject));
      if (key) found.set(subject, key);
    });
    return found;
  }

  requestKey(): Buffer {
    return this.requests;
  }

  async destroy(subject: string): Promise<void> {
    this.check(subject);
    await this.translated(this.streams.destroy(subject));
    this.knownDestroyed.set(subject, true);
    this.remembered.delete(subject);
  }

  async *keys(): AsyncIterable<SubjectKey> {
    let page: string[] = [];
    // A destroyed key may still lie in the log; only its own stream tells.
    const found = async () => [...(await this.find(page))].map(([subject, key]) => ({ subject, key }));
    for await (const subject of this.owners('made')) {
      if (subject === REQUESTS) continue;
      page.push(subject);
      if (page.length < AT_ONCE) continue;
      yield* await found();
      page = [];
    }
    yield* await found();
  }

  destroyed(): AsyncIterable<string> {
    return this.owners('destroyed');
  }

  async adopt({ requestKey, keys }: AdoptedKeys): Promise<void> {
    this.checkOpen();
    await this.translated(this.adoptRequestKey(requestKey));
    let page: SubjectKey[] = [];
    for await (const key of keys) {
      page.push(key);
      if (page.length < AT_ONCE) continue;
      await this.adoptKeys(page);
      page = [];
    }
    await this.adoptKeys(page);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    await Promise.allSettled(this.making.values());
    this.isClosed = true;
    this.remembered.clear();
    this.connection.close();
  }

  /** The owner's key; a new one when there is none. Whoever is first makes it, and all the others read that one. */
  private async made(owner: string, until: number): Promise<Buffer> {
    const made = randomBytes(KEY_BYTES);
    for (;;) {
      const added = await this.streams.add(owner, wrapKey(made, owner, this.masterKey), -1n, until);
      if (added === 'destroyed') throw this.gone(owner);
      if (added) return this.remember(owner, made);
      const { key } = await this.streams.read(owner, until);
      if (key === 'destroyed') throw this.gone(owner);
      if (key !== 'missing') return this.remember(owner, this.unwrapped(key, owner));
      // It was seen to be in the way, but can't be read yet.
      if (performance.now() >= until) throw new LogUnavailable('The key can not be read now.', retryAfterSeconds());
      await pause(NOT_VISIBLE_YET_PAUSE_MS);
    }
  }

  private async stored(subject: string): Promise<Buffer | undefined> {
    const remembered = this.remembered.get(subject);
    const now = performance.now();
    const isDown = this.connection.isDown;
    const patience = remembered ? (isDown ? 0 : LOOK_AGAIN_MS) : isDown ? IN_OUTAGE_MS : this.patience.total;
    try {
      const { key } = await this.translated(this.streams.read(subject, now + patience));
      if (key === 'missing') return undefined;
      if (key !== 'destroyed') return this.remember(subject, this.unwrapped(key, subject));
      this.gone(subject);
      return undefined;
    } catch (error) {
      const isUsable = remembered && now - remembered.seen < this.outageMs;
      if (!(error instanceof LogUnavailable) || !isUsable) throw error;
      return remembered.key;
    }
  }

  private fresh(subject: string): Buffer | undefined {
    const remembered = this.remembered.get(subject);
    return remembered && performance.now() - remembered.seen < this.memoryMs ? remembered.key : undefined;
  }

  private remember(owner: string, key: Buffer): Buffer {
    if (owner === REQUESTS) return key;
    // The same bytes object for the same key: what was derived from it is kept by it.
    const known = this.remembered.get(owner)?.key;
    const kept = known?.equals(key) ? known : key;
    this.remembered.set(owner, { key: kept, seen: performance.now() });
    return kept;
  }

  private gone(owner: string): Error {
    if (owner === REQUESTS) {
      return new LogDamaged(`The key ring ${this.connection.described} is damaged: the key of the requests is gone.`);
    }
    this.knownDestroyed.set(owner, true);
    this.remembered.delete(owner);
    return new KeyDestroyed(owner);
  }

  private unwrapped(stored: Exclude<StoredKey, string>, owner: string): Buffer {
    const key = unwrapKey(stored, owner, this.masterKey);
    if (key) return key;
    if (owner !== REQUESTS) {
      throw new LogDamaged(`The key of ${owner} on ${this.connection.described} has been altered.`);
    }
    throw new Error(
      `The keys on ${this.connection.described} do not open: they were made under another master key than the one given.`,
    );
  }

  private async adoptRequestKey(requestKey: Buffer): Promise<void> {
    for (;;) {
      const { key, revision } = await this.streams.read(REQUESTS);
      if (typeof key === 'string') throw this.gone(REQUESTS);
      if (!this.unwrapped(key, REQUESTS).equals(requestKey)) {
        for await (const owner of this.owners('made')) {
          if (owner === REQUESTS) continue;
          throw new Error(
            `The key ring ${this.connection.described} holds keys of its own already: it takes over no others.`,
          );
        }
        const added = await this.streams.add(REQUESTS, wrapKey(requestKey, REQUESTS, this.masterKey), revision);
        if (added !== true) continue;
      }
      this.requests = requestKey;
      return;
    }
  }

  private async adoptKeys(keys: readonly SubjectKey[]): Promise<void> {
    await this.atOnce(keys, async ({ subject, key }) => {
      this.check(subject);
      if (await this.translated(this.streams.add(subject, wrapKey(key, subject, this.masterKey)))) return;
      const stored = await this.stored(subject);
      if (stored && !stored.equals(key)) {
        throw new Error(
          `The key ring ${this.connection.described} has another key for ${subject} already: it takes over no second one.`,
        );
      }
    });
  }

  private async *owners(which: 'made' | 'destroyed'): AsyncGenerator<string, void, undefined> {
    this.checkOpen();
    yield* await this.translated(this.streams.owners(which, REQUESTS));
  }

  private async atOnce<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
    this.checkOpen();
    const left = items[Symbol.iterator]();
    const worker = async () => {
      for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  private async translated<Answer>(work: Promise<Answer>): Promise<Answer> {
    try {
      return await work;
    } catch (error) {
      throw portError(error, { server: this.connection.described });
    }
  }

  private check(subject: string): void {
    this.checkOpen();
    if (subject === REQUESTS) throw new RangeError('The key of the requests belongs to no person and stays.');
  }

  private checkOpen(): void {
    if (this.isClosed) throw new LogUnavailable('The key ring is closed.', retryAfterSeconds());
  }
}
