import { QueryHandler } from '@nestjs/cqrs';
import { BadDate, upTo } from './dates.js';
import { Clock } from './ports/clock.js';
import { EventLog, LogUnavailable } from './ports/event-log.js';
import { KeyRing } from './ports/key-ring.js';
import { BadPosition, formatPosition, parsePosition } from './ports/position.js';
import { type Reading, ReadSide } from './ports/read-side.js';
import { ValueModels } from './ports/value-models.js';
import { openDeep, openWith } from './sealing.js';

/** The dates of a question as the user gave them. */
export interface When {
  /** Valid time: an instant, or a day meaning up to the next local midnight. Now when left out. */
  readonly asOf?: string;
  /** System time: an instant, a day or a position. What has been applied by now when left out. */
  readonly knownAt?: string;
  /** A position that the answer has to include. */
  readonly atLeast?: string;
}

export interface Unconverted {
  /** ISO 4217. */
  readonly currency: string;
  /** Minor units of that currency. */
  readonly amount: number;
}

export interface Services {
  readonly log: EventLog;
  readonly readSide: ReadSide;
  readonly models: ValueModels;
  /** Tells that the figures leave these amounts out, for want of an exchange rate. */
  readonly leaveOut: (amounts: readonly Unconverted[]) => void;
}

/** Asked of a reading, answered with data. Sealed texts may stay sealed: they are opened on the way out. */
export type Question<Params, Data> = (reading: Reading, params: Params, services: Services) => Promise<Data>;

export interface Answer<Data> {
  readonly asOf: string;
  /** Effective recorded time of the last event that counts as known. */
  readonly knownAt: string;
  /** That event's position. */
  readonly position: string;
  /** The answer may lack what was recorded since then, as the log can't be heard. */
  readonly behind?: { readonly since: string; readonly reason: string };
  /** Why texts of persons are missing (null) although nobody erased them. */
  readonly unopened?: string;
  /** Amounts that no exchange rate brings into the reporting currency: they are in no figure. */
  readonly unconverted?: readonly Unconverted[];
  readonly data: Data;
}

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** A question that can't be answered as it was put. */
export class BadQuestion extends Error {
  readonly errors: readonly FieldError[];

  constructor(path: string, message: string) {
    super(message);
    this.name = 'BadQuestion';
    this.errors = [{ path, message }];
  }
}

/** A date or position that can't be understood, or doesn't exist. */
export class BadWhen extends BadQuestion {
  constructor(path: keyof When, message: string) {
    super(path, message);
    this.name = 'BadWhen';
  }
}

/** What the question is about does not exist as of that date, as known then. */
export class NotFound extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotFound';
  }
}

/** The read side has not got as far as the question asks; trying again later helps. */
export class ReadSideBehind extends Error {
  constructor(
    readonly position: string,
    readonly retryAfterSeconds: number,
  ) {
    super(`The read side has not reached position ${position} yet.`);
    this.name = 'ReadSideBehind';
  }
}

/** One question for the query bus. */
export class Ask<Params = unknown, Data = unknown> {
  constructor(
    readonly question: Question<Params, Data>,
    readonly params: Params,
    readonly when: When = {},
  ) {}
}

const patienceMs = 5_000;
const patienceForKeysMs = 500;

@QueryHandler(Ask)
export class AskHandler {
  constructor(
    private readonly readSide: ReadSide,
    private readonly log: EventLog,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
    private readonly models: ValueModels,
  ) {}

  /** @throws BadWhen, BadQuestion, NotFound, ReadSideBehind, ReadSideNotReady, LogUnavailable */
  async execute<Params, Data>({ question, params, when }: Ask<Params, Data>): Promise<Answer<Data>> {
    const now = this.clock.now();
    // The zone and currency belong to the read side; any reading knows them.
    const { timeZone } = this.readSide.reading({ asOf: now, known: 0n });
    const asOf = when.asOf === undefined ? now : this.moment('asOf', when.asOf, timeZone);
    if (when.atLeast !== undefined) await this.reach(await this.position('atLeast', when.atLeast));
    const known = await this.known(when.knownAt, timeZone);
    const leftOut = new Map<string, number>();
    const data = await question(this.readSide.reading({ asOf, known }), params, {
      log: this.log,
      readSide: this.readSide,
      models: this.models,
      leaveOut: (amounts) => {
        for (const { currency, amount } of amounts) leftOut.set(currency, (leftOut.get(currency) ?? 0) + amount);
      },
    });
    const { opened, unopened } = await this.open(data);
    const behind = this.readSide.behind();
    const unconverted = [...leftOut].map(([currency, amount]) => ({ currency, amount }));
    return {
      asOf: new Date(asOf).toISOString(),
      knownAt: new Date(await this.readSide.recordedAt(known)).toISOString(),
      position: formatPosition(this.log.id, known),
      ...(behind && { behind: { since: new Date(behind.since).toISOString(), reason: behind.reason } }),
      ...(unopened !== undefined && { unopened }),
      ...(unconverted.length > 0 && { unconverted }),
      data: opened,
    };
  }

  /** The texts are worth less than the rest of the answer: without their keys it is given without them, and says so. */
  private async open<Data>(data: Data): Promise<{ readonly opened: Data; readonly unopened?: string }> {
    try {
      return { opened: await this.unlessDeaf(openDeep(data, this.keyRing)) };
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      return { opened: openWith(data, new Map()), unopened: error.message };
    }
  }

  /** Keys may lie where the log does: while that is out of reach, nobody waits for them long. */
  private async unlessDeaf<Opened>(opening: Promise<Opened>): Promise<Opened> {
    const behind = this.readSide.behind();
    if (!behind) return opening;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LogUnavailable(behind.reason, 1)), patienceForKeysMs);
    });
    opening.catch(() => undefined);
    return Promise.race([opening, tooLong]).finally(() => clearTimeout(timer));
  }

  private async known(text: string | undefined, timeZone: string): Promise<bigint> {
    if (text === undefined) return this.readSide.checkpoint().position ?? 0n;
    if (/^[a-z0-9]+-\d{1,20}$/.test(text)) {
      const position = await this.position('knownAt', text);
      await this.reach(position);
      return position;
    }
    const instant = this.moment('knownAt', text, timeZone);
    // Up to its last event the read side knows by itself; what the log holds beyond that may have been recorded by then.
    if (instant > this.readSide.checkpoint().recordedAt) await this.reach(await this.headFor(instant));
    return this.readSide.knownAt(instant);
  }

  /** @throws LogUnavailable, at once where it is known that the log can't be heard */
  private async head(): Promise<bigint> {
    const behind = this.readSide.behind();
    if (behind) throw new LogUnavailable(behind.reason, 5);
    return (await this.log.head()).position ?? 0n;
  }

  private async headFor(instant: number): Promise<bigint> {
    try {
      return await this.head();
    } catch (error) {
      // More may become known until an instant that is yet to come, whatever is answered now.
      if (error instanceof LogUnavailable && instant >= this.clock.now()) return 0n;
      throw error;
    }
  }

  private moment(path: keyof When, text: string, timeZone: string): number {
    try {
      return upTo(text, timeZone);
    } catch (error) {
      throw error instanceof BadDate ? new BadWhen(path, error.message) : error;
    }
  }

  /** A position of this log that is not past its end. */
  private async position(path: keyof When, text: string): Promise<bigint> {
    let position: bigint;
    try {
      position = parsePosition(this.log.id, text);
    } catch (error) {
      throw error instanceof BadPosition ? new BadWhen(path, error.message) : error;
    }
    if (position > (this.readSide.checkpoint().position ?? 0n)) {
      const head = await this.head();
      if (position > head) throw new BadWhen(path, `Position ${text} is past the end of the log.`);
    }
    return position;
  }

  private async reach(position: bigint): Promise<void> {
    if (position <= (this.readSide.checkpoint().position ?? 0n)) return;
    if (await this.readSide.waitFor(position, patienceMs)) return;
    throw new ReadSideBehind(formatPosition(this.log.id, position), 1);
  }
}
