import { Inject, Optional } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7, validate } from 'uuid';
import type { Told } from '../domain/command.js';
import type { CommandName, CommandPayload } from '../domain/commands.js';
import type { CorrectEvent, RetractEvent } from '../domain/corrections.js';
import { decideOn, deciderOf } from '../domain/deciders.js';
import type { DomainEvent } from '../domain/event.js';
import { type Corrected, correct, retract } from '../domain/history.js';
import { customerIdFor } from '../domain/ids.js';
import { type Metadata, metadata } from '../domain/metadata.js';
import { localDays, type Moment, mustHaveHappened, toInstant, toldMoment } from '../domain/moment.js';
import type { RegisterCustomer } from '../domain/profile.js';
import { Invalid, Refused, Unknown } from '../domain/refused.js';
import { customerStream } from '../domain/streams.js';
import { chainHash } from './chain.js';
import { type CompanySettings, companySettings } from './company.js';
import { Histories, type History } from './histories.js';
import { Clock } from './ports/clock.js';
import { AppendTooLarge, EventLog, LogUnavailable, type NewEvent, WrongExpectedRevision } from './ports/event-log.js';
import { KeyDestroyed, KeyRing } from './ports/key-ring.js';
import { formatPosition } from './ports/position.js';
import { claimPatienceMs, Relations } from './relations.js';
import { requestHash } from './request.js';
import { readStored, type StoredEvent } from './stored-event.js';
import { Turns } from './turns.js';
import { type Request, sealEvent, writeEvent } from './writing.js';

/** Who tells the system, and how. */
export interface By {
  readonly actor: string;
  readonly source: Metadata['source'];
  readonly correlationId?: string;
  /** Id of the event that it answers to. */
  readonly causationId?: string;
  /** Simulated clock, milliseconds since 1970. Only the filling of an empty demo log sets it. */
  readonly now?: number;
}

export interface CommandEnvelope<Name extends CommandName = CommandName> {
  readonly name: Name;
  /** Goes before the payload's own; a UUIDv7 is made when neither is given. */
  readonly id?: string;
  readonly payload: CommandPayload<Name>;
}

/** A command whose content has to be looked up. Repeats are recognised by what was asked, whatever it would come to by now. */
export interface ComposedCommand<Name extends CommandName = CommandName> {
  readonly name: Name;
  /** Goes before that of what was asked; a UUIDv7 is made when neither is given. */
  readonly id?: string;
  readonly asked: Told & { readonly placedAt?: string };
  /**
   * What it comes to, and the event that it rests on. Not called for a repeat. Called again when others have recorded in the
   * stream meanwhile, so that what is appended was looked up after all that is there.
   */
  readonly compose: (
    moment: Moment,
  ) => Promise<{ readonly payload: CommandPayload<Name>; readonly causationId?: string | undefined }>;
}

/** Commands for one stream, recorded in order: see `customerStream`, `repStream` and `policyStream`; a new customer by `registration`. */
export class Record {
  constructor(
    readonly stream: string,
    readonly commands: readonly (CommandEnvelope | ComposedCommand)[],
    readonly by: By,
  ) {}
}

/**
 * Registers a customer in the stream that its id gives. Without an id, the first outside key gives it (so that a caller
 * that knows its customers by a key of its own can repeat itself harmlessly), else `newId`.
 */
export function registration(payload: RegisterCustomer, by: By, newId: () => string = v7): Record {
  const outside = payload.externalIds?.[0];
  const id = (payload.id ?? (outside ? customerIdFor(outside.source, outside.key) : newId())).toLowerCase();
  return new Record(customerStream(id), [{ name: 'RegisterCustomer', id, payload }], by);
}

/** What became of one command. `revision` and `position` are those of its last event, so that `atLeast` includes all of it. */
export type Outcome =
  | {
      readonly status: 'recorded' | 'repeated';
      readonly id: string;
      readonly eventId: string;
      readonly revision: string;
      readonly position: string;
    }
  /** Against a rule. */
  | {
      readonly status: 'refused';
      readonly id: string;
      readonly rule: string;
      readonly message: string;
      readonly path?: string;
    }
  /** The same id with other content. */
  | { readonly status: 'conflict'; readonly id: string; readonly message: string }
  /** What it is about does not exist. */
  | { readonly status: 'unknown'; readonly id: string; readonly message: string }
  | {
      readonly status: 'invalid';
      readonly id: string;
      readonly errors: readonly { readonly path: string; readonly message: string }[];
    };

type Answer = Extract<Outcome, { status: 'recorded' | 'repeated' }>;

/** A command that may be recorded, and what it takes. */
interface Accepted {
  readonly status: 'accepted';
  readonly id: string;
  readonly events: readonly DomainEvent[];
  readonly written: readonly NewEvent[];
  readonly bytes: number;
  /** Of the last event. */
  readonly hash: string;
  /** State of a corrected history, in the place of folding the events. */
  readonly state: unknown;
  /** Ends the turns of what was claimed for it. */
  readonly endClaims: (() => void) | undefined;
}

type Decided = Outcome | Accepted;

/** Commands that go into one append. */
interface Batch {
  readonly decided: Decided[];
  readonly written: NewEvent[];
  /** How many of the accepted ones the state has seen already. */
  evolved: number;
}

/** One call: its commands with their ids, and the originals of those that are repeats. */
interface Call {
  readonly record: Record;
  readonly ids: readonly string[];
  readonly originals: Map<string, { answer: Answer; hash: string }>;
}

/** One append must stay below the 1 MiB that every log takes; the rest is room for what a log adds. */
const appendBytes = 900_000;
const appendEvents = 1_000;
/** Other processes that keep recording in the same stream must not hold a request for ever. */
const maxConflicts = 50;

const told = metadata.pick({ actor: true, source: true, correlationId: true, causationId: true });

/**
 * Loads, folds, decides and appends, for all commands. Streams don't wait for each other: only what is told to one
 * stream goes one after the other.
 * @throws the event log's errors; the same may then be asked again with the same ids.
 */
@CommandHandler(Record)
export class RecordHandler implements ICommandHandler<Record, Outcome[]> {
  private readonly turns = new Turns();
  private readonly histories: Histories;
  private readonly relations: Relations;
  private company: (CompanySettings & { readonly localDay: (instant: string) => string }) | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
    /** Tests are less patient. */
    @Optional() @Inject('claim patience') patienceMs = claimPatienceMs,
  ) {
    this.histories = new Histories(log);
    this.relations = new Relations(log, this.histories, this.turns, patienceMs);
  }

  async execute(record: Record): Promise<Outcome[]> {
    deciderOf(record.stream);
    const { actor, source, correlationId, causationId } = record.by;
    told.parse({ actor, source, correlationId, causationId });
    this.company ??= await this.loadCompany();
    const end = await this.turns.take(record.stream);
    try {
      return await this.recordAll(record);
    } catch (error) {
      // Whether it was recorded is not known: the log will tell.
      this.histories.forget(record.stream);
      throw error;
    } finally {
      end();
    }
  }

  private async recordAll(record: Record): Promise<Outcome[]> {
    const { stream, commands } = record;
    const kept = this.histories.find(stream);
    let history = kept ?? (await this.histories.load(stream));
    // A kept history may lack what other processes recorded: enough to accept on, as the append is checked, not to refuse.
    let fresh = !kept;
    if (kept && commands.some(isComposed)) {
      // Whether it is a repeat has to be known before anything is looked up.
      await this.histories.continue(history);
      fresh = true;
    }
    const call: Call = {
      record,
      ids: commands.map((command) => this.idOf(command, history, record.by)),
      originals: new Map(),
    };
    const outcomes: Outcome[] = [];
    let conflicts = 0;
    while (outcomes.length < commands.length) {
      const batch = await this.decideBatch(history, fresh, call, outcomes.length);
      try {
        if (batch.decided.length === 0) await this.histories.continue(history);
        else outcomes.push(...(await this.append(history, batch)));
      } catch (error) {
        if (error instanceof AppendTooLarge && batch.decided.filter(isAccepted).length === 1) {
          outcomes.push(...batch.decided.map((each) => (isAccepted(each) ? tooLarge(each.id) : each)));
        } else if (!(error instanceof WrongExpectedRevision)) {
          throw error;
        } else if (++conflicts > maxConflicts) {
          throw new LogUnavailable(`Stream ${stream} is too busy.`, 1, { cause: error });
        }
        if (batch.evolved === 0) await this.histories.continue(history);
        else history = await this.histories.load(stream);
      } finally {
        for (const each of batch.decided) if (isAccepted(each)) each.endClaims?.();
      }
      fresh = true;
    }
    this.histories.keep(history);
    return outcomes;
  }

  /** As many of the commands as go into one append. None when the history must be brought up to date first. */
  private async decideBatch(history: History, fresh: boolean, call: Call, from: number): Promise<Batch> {
    const batch: Batch = { decided: [], written: [], evolved: 0 };
    const { commands } = call.record;
    let bytes = 0;
    let pending: Accepted | undefined;
    for (let index = from; index < commands.length; index++) {
      const command = commands[index] as CommandEnvelope | ComposedCommand;
      const id = call.ids[index] as string;
      // These look at what is durable: what goes before them is appended first.
      const needsLog = isCorrection(command) || isComposed(command) || call.ids.indexOf(id) < index;
      if (needsLog && batch.written.length > 0) break;
      if (pending) {
        this.evolve(history, pending);
        batch.evolved++;
        pending = undefined;
      }
      const hash = (batch.decided.findLast(isAccepted) as Accepted | undefined)?.hash ?? history.lastHash;
      const decided = await this.decide(history, command, id, call, batch.written.length, hash);
      if (!isAccepted(decided)) {
        if (!fresh) break;
        batch.decided.push(decided);
        continue;
      }
      bytes += decided.bytes;
      const full = bytes > appendBytes || batch.written.length + decided.written.length > appendEvents;
      if (full && batch.written.length > 0) {
        decided.endClaims?.();
        break;
      }
      batch.decided.push(decided);
      batch.written.push(...decided.written);
      if (decided.state !== undefined || decided.endClaims) break;
      pending = decided;
    }
    return batch;
  }

  private async decide(
    history: History,
    command: CommandEnvelope | ComposedCommand,
    id: string,
    call: Call,
    ahead: number,
    lastHash: string | undefined,
  ): Promise<Decided> {
    const { stream, decider, state } = history;
    const { name } = command;
    const { by } = call.record;
    const said = saidBy(command);
    try {
      if (!validate(id)) throw new Invalid([{ path: 'id', message: 'must be a UUID' }]);
      const now = new Date(by.now ?? this.clock.now()).toISOString();
      const hash = requestHash(this.keyRing.requestKey(), stream, name, said);
      if (history.requests.has(id)) return await this.repeat(history, id, hash, call);
      const moment = this.momentOf(said, id, now, by);
      const { payload, causationId = by.causationId } = isComposed(command)
        ? await command.compose(moment)
        : { payload: command.payload };
      const corrected = isCorrection(command) ? await this.correct(history, command, moment) : undefined;
      const events = corrected ? [corrected.event] : decideOn(decider, state, name, payload, moment);
      const sealed: DomainEvent[] = [];
      for (const event of events) sealed.push(await sealEvent(stream, event, this.keyRing));
      const { actor, source, correlationId } = by;
      const request: Request = { id, told: now, hash, actor, source, correlationId, causationId, now: by.now };
      const effects = corrected ? [corrected.version].filter((version) => version !== undefined) : events;
      const endClaims = await this.relations.settle(history, effects, request);
      let last = lastHash;
      let bytes = 0;
      const written = sealed.map((event, index) => {
        const next = writeEvent(stream, event, index, request, last);
        last = chainHash({ ...next, stream, revision: (history.revision ?? -1n) + BigInt(ahead + index + 1) });
        bytes += Buffer.byteLength(next.data) + Buffer.byteLength(next.metadata ?? '');
        return next;
      });
      return {
        status: 'accepted',
        id,
        events,
        written,
        bytes,
        hash: last ?? '',
        state: corrected?.state,
        endClaims,
      };
    } catch (error) {
      return unrecorded(id, error);
    }
  }

  private momentOf(said: Said, id: string, now: string, by: By): Moment {
    const { currency, localDay } = this.company as NonNullable<typeof this.company>;
    const told = toldMoment(said);
    const occurredAt = told ? toInstant(told.text) : now;
    if (occurredAt === undefined) {
      throw new Invalid([{ path: told?.path ?? '', message: 'must be an instant in ISO 8601 with its offset' }]);
    }
    mustHaveHappened(occurredAt, now, told?.path);
    return { id, now, occurredAt, source: by.source, currency, localDay };
  }

  private async correct(
    { decider, id, state, stream }: History,
    command: Correction,
    moment: Moment,
  ): Promise<Corrected<unknown>> {
    decider.mustExist(state, command.name);
    const log = await this.histories.events(stream);
    return command.name === 'CorrectEvent'
      ? correct(decider, id, log, command.payload as CorrectEvent, moment)
      : retract(decider, id, log, command.payload as RetractEvent, moment);
  }

  /** The original answer, when what is asked is the same. */
  private async repeat(history: History, id: string, hash: string, { record, originals }: Call): Promise<Outcome> {
    if (!originals.has(id)) {
      const from = BigInt(history.requests.get(id) as number);
      for await (const recorded of this.histories.read(history.stream, from)) {
        const event = readStored(recorded);
        const { requestId } = event.metadata;
        // Of a single command nothing further is needed; of a batch the next ones may well be repeats, too.
        if (requestId !== id && record.commands.length === 1) break;
        const eventId = originals.get(requestId)?.answer.eventId ?? event.id;
        const answer = { ...this.answer('repeated', requestId, eventId, event) };
        originals.set(requestId, { answer, hash: event.metadata.requestHash });
      }
    }
    const original = originals.get(id);
    if (!original) throw new Error(`Request ${id} is not where it was recorded.`);
    if (original.hash === hash) return original.answer;
    return { status: 'conflict', id, message: `${id} was recorded already, with other content.` };
  }

  private evolve(history: History, { events, state }: Accepted): void {
    if (state !== undefined) history.state = state;
    else for (const event of events) history.decider.evolve(history.state, event);
  }

  /** Appends what was accepted, and answers everything. */
  private async append(history: History, batch: Batch): Promise<Outcome[]> {
    if (batch.written.length === 0) return batch.decided as Outcome[];
    const { stream } = history;
    const before = history.revision ?? -1n;
    const expected = history.revision ?? 'none';
    const { position, repeated } = await this.log.append(stream, batch.written, expected);
    // Ids are all that a log compares: whether the content is the same is for the next look to tell.
    if (repeated) throw new WrongExpectedRevision(stream, expected, undefined);
    const accepted = batch.decided.filter(isAccepted);
    for (const each of accepted.slice(batch.evolved)) this.evolve(history, each);
    const count = batch.written.length;
    const isKnown = accepted.length === 1 || this.log.appendsWithoutGaps;
    const positions = isKnown ? undefined : await this.positions(stream, before + 1n, count);
    let revision = before;
    const outcomes = batch.decided.map((each): Outcome => {
      if (!isAccepted(each)) return each;
      history.requests.set(each.id, Number(revision) + 1);
      revision += BigInt(each.written.length);
      const left = before + BigInt(count) - revision;
      const at = { revision, position: positions?.[Number(revision - before) - 1] ?? position - left };
      return this.answer('recorded', each.id, (each.written[0] as NewEvent).id, at);
    });
    history.revision = revision;
    history.lastHash = (accepted.at(-1) as Accepted).hash;
    return outcomes;
  }

  /** A log need not number the events of one append one after the other. */
  private async positions(stream: string, from: bigint, count: number): Promise<bigint[]> {
    const positions: bigint[] = [];
    for await (const { position } of this.log.read(stream, { from, limit: count })) positions.push(position);
    return positions;
  }

  private answer(
    status: Answer['status'],
    id: string,
    eventId: string,
    { revision, position }: Pick<StoredEvent, 'revision' | 'position'>,
  ): Answer {
    return { status, id, eventId, revision: String(revision), position: formatPosition(this.log.id, position) };
  }

  private idOf(command: CommandEnvelope | ComposedCommand, history: History, by: By): string {
    const { name, id } = command;
    const given = id ?? saidBy(command).id ?? (name === 'RegisterCustomer' ? history.id : undefined);
    return given === undefined ? v7({ msecs: by.now ?? this.clock.now() }) : given.toLowerCase();
  }

  private async loadCompany() {
    const settings = (await companySettings(this.log)) ?? unsettled;
    return { ...settings, localDay: localDays(settings.timeZone) };
  }
}

/** For a log that was given no settings: only tests have one. */
const unsettled: CompanySettings = { timeZone: 'UTC', currency: 'EUR' };

type Correction = CommandEnvelope<'CorrectEvent' | 'RetractEvent'>;

type Said = ComposedCommand['asked'];

function isComposed(command: CommandEnvelope | ComposedCommand): command is ComposedCommand {
  return 'compose' in command;
}

function saidBy(command: CommandEnvelope | ComposedCommand): Said {
  return isComposed(command) ? command.asked : command.payload;
}

function isCorrection(command: CommandEnvelope | ComposedCommand): command is Correction {
  return command.name === 'CorrectEvent' || command.name === 'RetractEvent';
}

function isAccepted(decided: Decided): decided is Accepted {
  return decided.status === 'accepted';
}

function tooLarge(id: string): Outcome {
  return { status: 'invalid', id, errors: [{ path: '', message: 'is too large to be recorded' }] };
}

function unrecorded(id: string, error: unknown): Outcome {
  if (error instanceof Refused) {
    const { rule, message, path } = error;
    return { status: 'refused', id, rule, message, ...(path === undefined ? {} : { path }) };
  }
  if (error instanceof Invalid) return { status: 'invalid', id, errors: error.errors };
  if (error instanceof Unknown) return { status: 'unknown', id, message: error.message };
  if (error instanceof KeyDestroyed) return { status: 'refused', id, rule: 'data-erased', message: error.message };
  throw error;
}
