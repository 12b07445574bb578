import { definitionOf } from '../../domain/catalogue.js';
import type { Customer } from '../../domain/customer.js';
import { upcast } from '../../domain/event.js';
import { requestIdFor } from '../../domain/ids.js';
import { customerOf } from '../../domain/streams.js';
import { Histories, type History } from '../histories.js';
import type { Clock } from '../ports/clock.js';
import { effectiveTime } from '../ports/effective-time.js';
import type { EventLog, FollowedBatch, Following, RecordedEvent } from '../ports/event-log.js';
import type { Handled, ProcessCheckpoint } from '../ports/process-checkpoint.js';
import { type CommandEnvelope, type Outcome, Record } from '../record.js';
import { readStored, type StoredEvent } from '../stored-event.js';
import { orderEvaluation } from './order-evaluation.js';
import type { ProcessManager, Reaction, Trigger } from './process-manager.js';

/** All that there are. */
export const processManagers: readonly ProcessManager[] = [orderEvaluation];

/** What came of the reactions, since this process began. */
export interface ProcessCounts {
  /** Recorded by this node. */
  readonly recorded: number;
  /** Recorded before, nearly always by another node. */
  readonly repeated: number;
  /** Recorded before with other content. It stands: nothing is done twice. */
  readonly conflicting: number;
  /** Against a rule by the time it was asked for. */
  readonly refused: number;
}

export interface ProcessManagersOptions {
  readonly log: EventLog;
  /** Takes commands to their handler. */
  readonly record: (record: Record) => Promise<Outcome[]>;
  readonly checkpoint: ProcessCheckpoint;
  readonly clock: Clock;
  readonly managers?: readonly ProcessManager[];
  readonly tell?: (level: 'info' | 'warn' | 'error', sentence: string) => void;
}

const dayMs = 86_400_000;
/** How far back a node begins that has no checkpoint, by its own clock: what came before was handled, or is history. */
const firstLookBackMs = dayMs;
const saveEveryMs = 1_000;
const firstPauseMs = 250;
const longestPauseMs = 30_000;
/** Few streams call for something at a time. */
const keptEvents = 20_000;

/**
 * Follows the log and lets the process managers react, event by event, from this node's checkpoint on. Stopped or
 * killed at any moment it goes on from there; what it asks for twice is recorded once.
 */
export class ProcessManagers {
  private readonly histories: Histories;
  private readonly byType: ReadonlyMap<string, readonly ProcessManager[]>;
  private readonly tell: NonNullable<ProcessManagersOptions['tell']>;
  private readonly tally = { recorded: 0, repeated: 0, conflicting: 0, refused: 0 };
  private readonly stopping = new AbortController();
  private handled: Handled | undefined;
  private saved: Handled | undefined;
  private saving: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly options: ProcessManagersOptions) {
    this.histories = new Histories(options.log, keptEvents);
    this.tell = options.tell ?? (() => undefined);
    const byType = new Map<string, ProcessManager[]>();
    for (const manager of options.managers ?? processManagers) {
      for (const type of manager.on) byType.set(type, [...(byType.get(type) ?? []), manager]);
    }
    this.byType = byType;
  }

  /** Returns before anything is done. */
  start(): void {
    this.running ??= this.run();
  }

  /** Settles when nothing is being handled any more, and the checkpoint has been kept. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    clearTimeout(this.saving);
    await this.save();
  }

  counts(): ProcessCounts {
    return { ...this.tally };
  }

  /** Last position that was handled; undefined while there is none. */
  position(): bigint | undefined {
    return this.handled?.position;
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.isStopping; failures++) {
      try {
        this.handled = await this.beginning();
        break;
      } catch (error) {
        this.tell('warn', `The process managers can't begin yet: ${(error as Error).message}`);
        await this.pause(Math.min(longestPauseMs, firstPauseMs * 2 ** failures));
      }
    }
    if (this.isStopping) return;
    const following = this.follow();
    const stop = () => void following.stop();
    this.stopping.signal.addEventListener('abort', stop);
    if (this.isStopping) stop();
    await following.done;
  }

  private follow(): Following {
    return this.options.log.follow((batch) => this.handle(batch), {
      after: this.handled?.position,
      onError: (error) => this.tell('warn', `The process managers are held up: ${(error as Error).message}`),
    });
  }

  /** The event to go on after; undefined to begin at the log's first. */
  private async beginning(): Promise<Handled | undefined> {
    const { log, checkpoint, clock } = this.options;
    const { position: head } = await log.head();
    const kept = await checkpoint.load();
    // A log that was put back from a backup may end before it.
    if (kept?.logId === log.id && kept.position <= (head ?? -1n)) {
      this.saved = kept;
      return kept;
    }
    const since = clock.now() - firstLookBackMs;
    for await (const event of log.readAll({ direction: 'backwards' })) {
      const recordedAt = effectiveTime(event);
      if (recordedAt < since) return { logId: log.id, position: event.position, recordedAt };
    }
    return undefined;
  }

  private async handle({ events }: FollowedBatch): Promise<void> {
    for (const event of events) {
      if (this.isStopping) return;
      // What failed comes again from the beginning of its batch.
      if (this.handled && event.position <= this.handled.position) continue;
      const recordedAt = effectiveTime(event, this.handled?.recordedAt);
      await this.react(event, recordedAt);
      this.handled = { logId: this.options.log.id, position: event.position, recordedAt };
    }
    this.saving ??= setTimeout(() => {
      this.saving = undefined;
      void this.save();
    }, saveEveryMs).unref();
  }

  private async react(recorded: RecordedEvent, recordedAt: number): Promise<void> {
    if (!this.byType.has(recorded.type) && recorded.type !== 'EventCorrected') return;
    if (customerOf(recorded.stream) === undefined) return;
    const event = readStored(recorded);
    const trigger = triggerOf(event);
    const age = recordedAt - Date.parse(trigger.occurredAt);
    const managers = (this.byType.get(trigger.type) ?? []).filter(({ withinDays }) => age <= withinDays * dayMs);
    // A made-up past calls for nothing, however it was told.
    if (managers.length === 0 || event.metadata.source === 'demo') return;
    const history = await this.asOf(event.stream, event.revision - 1n);
    const before = managers.map((manager) => manager.look(history.state as Customer, trigger));
    await this.histories.continue(history, event.revision);
    this.histories.keep(history);
    for (const [index, manager] of managers.entries()) {
      const after = manager.look(history.state as Customer, trigger);
      for (const [nth, reaction] of manager.react(trigger, before[index], after).entries()) {
        await this.record(manager, reaction, nth, event);
      }
    }
  }

  /** The stream as it stood at that revision, whatever has been recorded since. */
  private async asOf(stream: string, revision: bigint): Promise<History> {
    const kept = this.histories.find(stream);
    // It is changed in place: whoever fails with it leaves none.
    this.histories.forget(stream);
    if (!kept || (kept.revision ?? -1n) > revision) return this.histories.load(stream, revision);
    await this.histories.continue(kept, revision);
    return kept;
  }

  private async record(
    { name: manager }: ProcessManager,
    { stream, name, payload }: Reaction,
    nth: number,
    { id: causationId, type, metadata }: StoredEvent,
  ): Promise<void> {
    const id = requestIdFor('process manager', manager, causationId, String(nth));
    const [outcome] = await this.options.record(
      new Record(stream, [{ name, id, payload } as CommandEnvelope], {
        actor: 'process manager',
        source: 'system',
        correlationId: metadata.correlationId ?? metadata.requestId,
        causationId,
      }),
    );
    const { status } = outcome as Outcome;
    const kind =
      status === 'conflict' ? 'conflicting' : status === 'unknown' || status === 'invalid' ? 'refused' : status;
    this.tally[kind]++;
    if (kind === 'recorded' || kind === 'repeated') return;
    const said =
      outcome?.status === 'invalid'
        ? outcome.errors.map(({ path, message }) => `${path} ${message}`).join('; ')
        : (outcome as { message: string }).message;
    this.tell('info', `${manager}: ${name} after ${type} ${causationId} was not recorded: ${said}`);
  }

  private async save(): Promise<void> {
    const { handled } = this;
    if (!handled || handled.position === this.saved?.position) return;
    try {
      await this.options.checkpoint.save(handled);
      this.saved = handled;
    } catch (error) {
      // The next one will do, or none: then more is handled again.
      this.tell('warn', `The process managers' checkpoint can't be kept: ${(error as Error).message}`);
    }
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.stopping.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.stopping.signal.addEventListener('abort', done);
      if (this.isStopping) done();
    });
  }
}

interface Correction {
  readonly replacement: {
    readonly type: string;
    readonly schemaVersion: number;
    readonly occurredAt: string;
    readonly data: unknown;
  };
}

function triggerOf({ id, stream, type, occurredAt, data }: StoredEvent): Trigger {
  if (type !== 'EventCorrected') return { id, stream, type, occurredAt, data };
  const { replacement } = data as Correction;
  const definition = definitionOf(replacement.type);
  return {
    id,
    stream,
    type: replacement.type,
    occurredAt: replacement.occurredAt,
    data: definition ? upcast(definition, replacement.schemaVersion, replacement.data) : replacement.data,
  };
}
