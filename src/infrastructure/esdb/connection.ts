import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { LogUnavailable } from '../../application/ports/event-log.js';
import type { EsdbAddress } from './connection-string.js';
import { failureOf, NoAnswer, reasonOf, retryAfterSeconds } from './errors.js';

/** Tells an operator what became of the connection; sentences without secrets. */
export type Tell = (level: 'info' | 'warn', sentence: string) => void;

/** The client's login for a call. */
export type Credentials = { username: string; password: string };

/** What the client keeps to itself. */
interface ClientInside {
  handleError(): Promise<void>;
  supports(): Promise<boolean>;
  getChannel(): Promise<{ close(): void }>;
}

/** gRPC gives up a connection that doesn't answer its pings within this time. */
const KEEP_ALIVE_TIMEOUT_MS = 10_000;

let generations = 0;

/** One client, until it is replaced. */
export class Generation {
  readonly client: EventStoreDBClient;
  private running = 0;
  private isRetired = false;
  private wasUsed = false;

  constructor(address: EsdbAddress) {
    this.client = EventStoreDBClient.connectionString(withOwnChannel(address.text));
    const inside = this.client as unknown as ClientInside;
    // The client would close the channel under calls that are just about to use it, which nobody could catch. It is
    // closed here, when nothing uses it any more.
    inside.handleError = () => Promise.resolve();
    // Batch append remembers a failed look at what the server can do for ever, and may never settle.
    inside.supports = () => Promise.resolve(false);
  }

  begin(): void {
    this.running++;
    this.wasUsed = true;
  }

  end(): void {
    this.running--;
    this.closeWhenUnused();
  }

  retire(): void {
    this.isRetired = true;
    this.closeWhenUnused();
  }

  private closeWhenUnused(): void {
    if (!this.isRetired || this.running > 0 || !this.wasUsed) return;
    this.wasUsed = false;
    const inside = this.client as unknown as ClientInside;
    const close = async () => {
      const channel = await inside.getChannel();
      await nextTurn();
      channel.close();
    };
    close().catch(() => undefined);
  }
}

/**
 * gRPC shares connections, and how long it waits before it tries a lost one again, between channels to the same server
 * with the same options. A fresh client must not inherit that.
 */
function withOwnChannel(text: string): string {
  const given = /keepalivetimeout=(-?\d+)/i.exec(text)?.[1];
  const timeout = Number(given ?? KEEP_ALIVE_TIMEOUT_MS);
  if (timeout < 0) return text;
  const own = `keepalivetimeout=${timeout + (generations++ % 1_000)}`;
  if (given !== undefined) return text.replace(/keepalivetimeout=-?\d+/i, own);
  return `${text}&${own}`;
}

/** The way to the server: a client, replaced by a fresh one when it is of no use any more, and deadlines for all calls. */
export class EsdbConnection {
  readonly described: string;
  readonly credentials: Credentials | undefined;
  private current: Generation;
  private hasFailed = false;
  private isClosed = false;
  private readonly closing = new AbortController();

  constructor(
    private readonly address: EsdbAddress,
    private readonly tell: Tell = () => undefined,
  ) {
    this.described = address.described;
    // Without TLS a login is not sent, but its being there keeps the client from asking for batch append.
    this.credentials =
      address.credentials ?? (address.isSecure ? undefined : { username: 'anonymous', password: 'anonymous' });
    try {
      this.current = new Generation(address);
    } catch (error) {
      throw new Error(`The connection string of EventStoreDB can't be used: ${reasonOf(error)}.`);
    }
  }

  /**
   * One call.
   * @param milliseconds after which the answer is not waited for any more
   */
  async call<Answer>(
    work: (client: EventStoreDBClient, options: { credentials?: Credentials; deadline: number }) => Promise<Answer>,
    milliseconds: number,
  ): Promise<Answer> {
    const generation = this.begin();
    let timer: NodeJS.Timeout | undefined;
    try {
      const silence = new Promise<never>((_, reject) => {
        // The client's own deadline does not cover the search for a server.
        timer = setTimeout(() => reject(new NoAnswer(milliseconds)), milliseconds + 50);
      });
      const answer = work(generation.client, { credentials: this.credentials, deadline: milliseconds });
      const settled = await Promise.race([answer, silence]);
      this.answered(generation);
      return settled;
    } catch (error) {
      this.failed(generation, error);
      throw error;
    } finally {
      clearTimeout(timer);
      generation.end();
    }
  }

  /** For what goes on longer than a call. Every `begin` is followed by the generation's `end`. */
  begin(): Generation {
    if (this.isClosed) throw new LogUnavailable('The event log is closed.', retryAfterSeconds());
    const generation = this.current;
    generation.begin();
    return generation;
  }

  answered(generation: Generation): void {
    if (!this.hasFailed || generation !== this.current) return;
    this.hasFailed = false;
    this.tell('info', `The event log ${this.described} answers again.`);
  }

  /**
   * Notes what went wrong, and gets a fresh client when that may help. A node that is silent may have been replaced by
   * another one, of which only a fresh client hears.
   */
  failed(generation: Generation, error: unknown): void {
    const failure = failureOf(error);
    if (!['disconnected', 'silent', 'not-leader', 'login-refused'].includes(failure.kind)) {
      this.answered(generation);
      return;
    }
    // What still runs on an old one says nothing of how things are now.
    if (this.isClosed || generation !== this.current) return;
    if (!this.hasFailed) {
      this.hasFailed = true;
      this.tell('warn', `The event log ${this.described} can't be used now: ${reasonOf(error)}.`);
    }
    if (failure.kind === 'login-refused') return;
    const leader = failure.kind === 'not-leader' ? failure.leader : undefined;
    // Where the leader can't be reached either, the next one starts from the connection string again.
    this.current = new Generation(leader ? this.address.at(leader.host, leader.port) : this.address);
    generation.retire();
  }

  /** Waits before another attempt, ever longer and never all at once. Closing ends it. */
  async pause(attempt: number, first: number, longest: number): Promise<void> {
    const most = Math.min(longest, first * 2 ** Math.min(attempt, 12));
    await pause(most * (0.5 + Math.random() / 2), undefined, { signal: this.closing.signal }).catch(() => undefined);
    if (this.isClosed) throw new LogUnavailable('The event log is closed.', retryAfterSeconds());
  }

  /** Whether the last call found no server, or none that does as it is told. */
  get isDown(): boolean {
    return this.hasFailed;
  }

  /** Everything that goes on by itself is expected to have been ended before. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.closing.abort();
    this.current.retire();
  }
}
