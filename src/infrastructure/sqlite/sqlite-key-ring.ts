import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { LogDamaged, LogUnavailable } from '../../application/ports/event-log.js';
import { type AdoptedKeys, KeyDestroyed, KeyRing, type SubjectKey } from '../../application/ports/key-ring.js';
import {
  createDatabase,
  type FileFormat,
  isBusy,
  openDatabase,
  portError,
  retryAfterSeconds,
} from './database-file.js';
import { patiently } from './patiently.js';

export const KEY_RING_FORMAT: FileFormat = { name: 'key ring', applicationId: 0x4b52494e, version: 1 };

/** AES-256 and HMAC-SHA-256. */
const KEY_BYTES = 32;
const REQUESTS = '$requests';
const DEFAULT_BUSY_TIMEOUT_MS = 5_000;
const BUSY_PAUSE_MS = 20;
/** About 20 MB. */
const MOST_KEYS_REMEMBERED = 50_000;
const KEYS_PER_PAGE = 1_000;
/** A destroyed key must not outlive its destruction in the write-ahead log for the sake of a reader. */
const EMPTYING_ATTEMPTS = 100;

export interface SqliteKeyRingOptions {
  /** How long another process may hold the file. Default 5,000. */
  readonly busyTimeoutMs?: number;
}

interface StoredKey {
  readonly subject: string;
  readonly key: Uint8Array;
}

interface Wanted {
  readonly subject: string;
  readonly resolve: (key: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The keys in a file of their own, readable by its owner only. A destroyed key leaves its subject without one, and no
 * bytes of it in the file or beside it. Other processes may make and destroy keys in the same file.
 */
export class SqliteKeyRing extends KeyRing {
  private readonly remembered = new LRUCache<string, Buffer>({ max: MOST_KEYS_REMEMBERED });
  private wanted: Wanted[] = [];
  private writing: Promise<void> = Promise.resolve();
  private seenVersion: number | undefined;
  private isCurrent = false;
  private isClosed = false;
  private requests: Buffer;

  private readonly findKey: StatementSync;
  private readonly insertKey: StatementSync;
  private readonly clearKey: StatementSync;
  private readonly replaceKey: StatementSync;
  private readonly countOthers: StatementSync;
  private readonly pageOfKeys: StatementSync;
  private readonly pageOfDestroyed: StatementSync;
  private readonly dataVersion: StatementSync;

  private constructor(
    private readonly file: string,
    private readonly database: DatabaseSync,
    private readonly busyTimeoutMs: number,
  ) {
    super();
    database.exec('PRAGMA secure_delete = ON');
    this.findKey = database.prepare('SELECT key FROM keys WHERE subject = ?');
    this.insertKey = database.prepare('INSERT INTO keys (subject, key) VALUES (?, ?) ON CONFLICT (subject) DO NOTHING');
    this.clearKey = database.prepare(
      'INSERT INTO keys (subject, key) VALUES (?, NULL) ON CONFLICT (subject) DO UPDATE SET key = NULL',
    );
    this.replaceKey = database.prepare('UPDATE keys SET key = ? WHERE subject = ?');
    this.countOthers = database.prepare('SELECT count(*) AS others FROM keys WHERE subject <> ?');
    this.pageOfKeys = database.prepare(
      'SELECT subject, key FROM keys WHERE subject > ? AND subject <> ? AND key IS NOT NULL ORDER BY subject LIMIT ?',
    );
    this.pageOfDestroyed = database.prepare(
      'SELECT subject FROM keys WHERE subject > ? AND key IS NULL ORDER BY subject LIMIT ?',
    );
    this.dataVersion = database.prepare('PRAGMA data_version');
    const requests = this.stored(REQUESTS);
    if (!requests) throw new LogDamaged(`The key ring ${file} is damaged: the key of the requests is missing.`);
    this.requests = requests;
  }

  /**
   * Opens the key ring, and makes it first when there is none.
   * @throws LogDamaged for a file that is not a key ring, is of another version or is broken
   * @throws LogUnavailable when it can't be opened now
   */
  static async open(file: string, options: SqliteKeyRingOptions = {}): Promise<SqliteKeyRing> {
    createKeyRing(file);
    const busyTimeoutMs = options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
    return patiently(busyTimeoutMs, () => {
      // The main thread never waits for a lock inside SQLite: it tries again after a pause.
      const database = openDatabase(file, KEY_RING_FORMAT, { readOnly: false, busyTimeoutMs: 0 });
      try {
        return new SqliteKeyRing(file, database, busyTimeoutMs);
      } catch (error) {
        database.close();
        throw portError(error, file, KEY_RING_FORMAT);
      }
    });
  }

  async keyFor(subject: string): Promise<Buffer> {
    this.checkOpen();
    const known = this.known(subject);
    if (known) return known;
    return new Promise((resolve, reject) => {
      this.wanted.push({ subject, resolve, reject });
      // What is wanted in the same turn of the event loop is made in one transaction.
      if (this.wanted.length === 1) setImmediate(() => this.inTurn(() => this.makeWanted()));
    });
  }

  async find(subjects: ReadonlySet<string> | readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    this.checkOpen();
    const found = new Map<string, Buffer>();
    for (const subject of subjects) {
      const key = this.known(subject);
      if (key) found.set(subject, key);
    }
    return found;
  }

  requestKey(): Buffer {
    return this.requests;
  }

  destroy(subject: string): Promise<void> {
    this.checkOpen();
    if (subject === REQUESTS) throw new RangeError('The key of the requests belongs to no person and stays.');
    return this.inTurn(async () => {
      try {
        await this.transaction(() => this.clearKey.run(subject));
        this.remembered.delete(subject);
        await this.emptyWriteAheadLog();
      } catch (error) {
        throw portError(error, this.file, KEY_RING_FORMAT);
      }
    });
  }

  async *keys(): AsyncIterable<SubjectKey> {
    let after = '';
    for (;;) {
      this.checkOpen();
      const page = this.pageOfKeys.all(after, REQUESTS, KEYS_PER_PAGE) as unknown as StoredKey[];
      const last = page.at(-1);
      if (!last) return;
      after = last.subject;
      for (const { subject, key } of page) yield { subject, key: asBuffer(key) };
      await nextTurn();
    }
  }

  async *destroyed(): AsyncIterable<string> {
    let after = '';
    for (;;) {
      this.checkOpen();
      const page = this.pageOfDestroyed.all(after, KEYS_PER_PAGE) as unknown as { subject: string }[];
      const last = page.at(-1);
      if (!last) return;
      after = last.subject;
      for (const { subject } of page) yield subject;
      await nextTurn();
    }
  }

  async adopt({ requestKey, keys }: AdoptedKeys): Promise<void> {
    this.checkOpen();
    await this.inTurn(() => this.adoptRequestKey(requestKey));
    let page: SubjectKey[] = [];
    for await (const key of keys) {
      page.push(key);
      if (page.length < KEYS_PER_PAGE) continue;
      const full = page;
      page = [];
      await this.inTurn(() => this.adoptKeys(full));
    }
    await this.inTurn(() => this.adoptKeys(page));
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    await this.inTurn(() => this.makeWanted());
    this.isClosed = true;
    this.remembered.clear();
    this.database.close();
  }

  private known(subject: string): Buffer | undefined {
    this.forgetWhenOthersWrote();
    const known = this.remembered.get(subject);
    if (known) return known;
    try {
      const key = this.stored(subject);
      if (key) this.remembered.set(subject, key);
      return key ?? undefined;
    } catch (error) {
      throw portError(error, this.file, KEY_RING_FORMAT);
    }
  }

  private async adoptRequestKey(requestKey: Buffer): Promise<void> {
    await this.transaction(() => {
      const stored = this.stored(REQUESTS);
      if (stored?.equals(requestKey)) return;
      const { others } = this.countOthers.get(REQUESTS) as { others: number };
      if (others > 0) {
        throw new Error(`The key ring ${this.file} holds ${others} keys of its own: it takes over no others.`);
      }
      this.replaceKey.run(requestKey, REQUESTS);
    });
    this.requests = requestKey;
  }

  private async adoptKeys(keys: readonly SubjectKey[]): Promise<void> {
    await this.transaction(() => {
      for (const { subject, key } of keys) {
        this.insertKey.run(subject, key);
        const stored = this.stored(subject);
        if (stored && !stored.equals(key)) {
          throw new Error(
            `The key ring ${this.file} has another key for ${subject} already: it takes over no second one.`,
          );
        }
      }
    });
  }

  private async makeWanted(): Promise<void> {
    const { wanted } = this;
    this.wanted = [];
    if (wanted.length === 0) return;
    try {
      // Another process may have been first: the key that is there counts.
      const keys = await this.transaction(() =>
        wanted.map(({ subject }) => {
          this.insertKey.run(subject, randomBytes(KEY_BYTES));
          return this.stored(subject);
        }),
      );
      for (const [index, { subject, resolve, reject }] of wanted.entries()) {
        const key = keys[index];
        if (!key) {
          reject(new KeyDestroyed(subject));
          continue;
        }
        const known = this.remembered.get(subject) ?? key;
        this.remembered.set(subject, known);
        resolve(known);
      }
    } catch (error) {
      const failure = portError(error, this.file, KEY_RING_FORMAT);
      for (const { reject } of wanted) reject(failure);
    }
  }

  /** One thing at a time on this connection. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.writing.then(work);
    this.writing = done.catch(() => undefined);
    return done;
  }

  private async transaction<Answer>(work: () => Answer): Promise<Answer> {
    await patiently(this.busyTimeoutMs, () => this.database.exec('BEGIN IMMEDIATE'));
    // From here to the commit nothing else gets a turn, so that nobody is given a key that is not durable.
    try {
      const answer = work();
      this.database.exec('COMMIT');
      return answer;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /** The page as it was before the destruction would stay in the write-ahead log until it is emptied. */
  private async emptyWriteAheadLog(): Promise<void> {
    for (let attempt = 0; attempt < EMPTYING_ATTEMPTS; attempt++) {
      try {
        const result = this.database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
        if (result.busy === 0) return;
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
      await pause(BUSY_PAUSE_MS);
    }
    throw new LogUnavailable(
      'The key can no longer be used, but a reader keeps its bytes from being overwritten: destroy it once more.',
      retryAfterSeconds(),
    );
  }

  /** Null for a destroyed key. */
  private stored(subject: string): Buffer | null | undefined {
    const row = this.findKey.get(subject) as { key: Uint8Array | null } | undefined;
    if (!row?.key) return row ? null : undefined;
    return asBuffer(row.key);
  }

  /**
   * A key that another process destroyed must not live on here. Looked at once per turn of the event loop, so that
   * opening a page of rows stays cheap.
   */
  private forgetWhenOthersWrote(): void {
    if (this.isCurrent) return;
    this.isCurrent = true;
    setImmediate(() => {
      this.isCurrent = false;
    });
    try {
      const { data_version: version } = this.dataVersion.get() as { data_version: number };
      if (version === this.seenVersion) return;
      this.seenVersion = version;
      this.remembered.clear();
    } catch (error) {
      throw portError(error, this.file, KEY_RING_FORMAT);
    }
  }

  private checkOpen(): void {
    if (this.isClosed) throw new LogUnavailable('The key ring is closed.', retryAfterSeconds());
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function createKeyRing(file: string): void {
  createDatabase(file, KEY_RING_FORMAT, (database) => {
    database.exec('CREATE TABLE keys (subject TEXT PRIMARY KEY, key BLOB) STRICT, WITHOUT ROWID');
    database.prepare('INSERT INTO keys (subject, key) VALUES (?, ?)').run(REQUESTS, randomBytes(KEY_BYTES));
  });
}
