import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { version as duckDbVersion } from '@duckdb/node-api';
import type { Clock } from '../../application/ports/clock.js';
import { type EventLog, LogUnavailable } from '../../application/ports/event-log.js';
import {
  type Behind,
  type Checkpoint,
  type Reading,
  ReadSide,
  ReadSideNotReady,
  type ReadSideStatus,
  type RebuildProgress,
  type Row,
  type Snapshot,
} from '../../application/ports/read-side.js';
import { catalogue } from '../../domain/catalogue.js';
import { syncFile } from '../sqlite/database-file.js';
import { within } from '../within.js';
import { Applier } from './applier.js';
import { BadView, type CompanySettings } from './database.js';
import { DATABASE_FILE, Generation, type GenerationOptions } from './generation.js';
import { GenerationFolders } from './generation-folders.js';
import { LocalDays } from './local-days.js';
import { batchView } from './presented-events.js';
import { copyDurably, SnapshotRefused } from './snapshot.js';
import { digestOf, type Fact, loadFacts, loadViews, type SqlFile } from './sql-files.js';
import { Way } from './way.js';

export interface DuckDbReadSideOptions {
  /** Of the read side alone; everything in it may be removed. */
  readonly folder: string;
  readonly log: EventLog;
  readonly settings: CompanySettings;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** For DuckDB, e.g. `300MB`, which is the default: the process needs a few hundred more. */
  readonly memoryLimit?: string;
  /** Default: the processors of the machine, at most 4. */
  readonly threads?: number;
  /** Told what happened that a person may want to know, in sentences. */
  readonly tell?: (level: 'info' | 'warn' | 'error', sentence: string) => void;
  /** Events taken from the log at once. Default 20,000. */
  readonly batchSize?: number;
  /** Events per transaction while building. Default 40,000. */
  readonly transactionSize?: number;
  /** Shortest time between the beginnings of two transactions while live, milliseconds. Default 100. */
  readonly intervalMs?: number;
  readonly facts?: readonly Fact[];
  readonly views?: readonly SqlFile[];
}

interface Waiter {
  readonly position: bigint;
  readonly reached: () => void;
}

interface Building {
  readonly generation: number;
  readonly way: Way;
  /** Settles when it answers, or fails when it was given up. */
  readonly done: Promise<RebuildProgress>;
}

const TRANSACTION_SIZE = 40_000;
/** In bulk nothing is in the file before a checkpoint: until then it takes memory. */
const CHECKPOINT_EVERY = 200_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Who asks for the status of a log that is silent is told so. */
const STATUS_PATIENCE_MS = 2_000;
const SHORT_PATIENCE_MS = 500;

const damage = /corrupt|checksum|has been invalidated|not a valid DuckDB|INTERNAL Error|serializ|deserializ/i;

/** The read side in DuckDB files: one writes, a few read, all in this process. */
export class DuckDbReadSide extends ReadSide {
  private readonly folders: GenerationFolders;
  private readonly generationOptions: GenerationOptions;
  private readonly digest: string;
  private readonly days: LocalDays;
  private readonly batchSize: number;
  private readonly intervalMs: number;
  private active: Generation | undefined;
  private applier: Applier | undefined;
  private building: Building | undefined;
  /** To the end of the log, for the first time since the start. */
  private catchingUp: Way | undefined;
  private silence: Behind | undefined;
  private stuck: Behind | undefined;
  /** As far as the log was last seen to reach. */
  private seenHead: bigint | undefined;
  private readonly problems: { building?: string | undefined; following?: string | undefined } = {};
  private isClosed = false;
  private isStarted = false;
  private waiters: Waiter[] = [];
  private readonly closing = new AbortController();

  private constructor(private readonly options: DuckDbReadSideOptions) {
    super();
    this.folders = new GenerationFolders(options.folder);
    this.generationOptions = {
      settings: options.settings,
      facts: options.facts ?? loadFacts(),
      views: options.views ?? loadViews(),
      memoryLimit: options.memoryLimit ?? '300MB',
      threads: options.threads ?? Math.min(4, availableParallelism()),
      readers: 3,
    };
    this.days = new LocalDays(options.settings.timeZone);
    this.batchSize = options.batchSize ?? 20_000;
    this.intervalMs = options.intervalMs ?? 100;
    this.digest = digestOf([
      options.settings.timeZone,
      options.settings.currency,
      batchView,
      ...this.generationOptions.facts.flatMap((fact) => [
        fact.name,
        fact.create,
        ...fact.inserts,
        ...fact.whenSuperseded,
      ]),
      // An upcaster changes what rows are made from.
      ...Object.entries(catalogue).map(([type, { version }]) => `${type} ${version}`),
    ]);
  }

  /** Opens nothing yet: see `start`. */
  static open(options: DuckDbReadSideOptions): DuckDbReadSide {
    return new DuckDbReadSide(options);
  }

  /**
   * Opens the generation that is there, when it can be believed, and begins to build one otherwise. Follows the log.
   * @throws ReadSideInUse when another process has it open, BadView when the SQL of a view is wrong
   */
  async start(): Promise<void> {
    if (this.isStarted) return;
    this.folders.claim();
    this.isStarted = true;
    try {
      const current = this.folders.current();
      this.folders.removeAllBut(current);
      const generation = current === undefined ? undefined : await this.openBelievable(current);
      if (this.isClosed) {
        await generation?.close();
        this.folders.release();
        return;
      }
      if (generation) {
        this.active = generation;
        const way = new Way(generation.projector.checkpoint());
        this.catchingUp = way;
        this.applier = this.follow(generation, () => {
          if (this.catchingUp === way) this.catchingUp = undefined;
        });
      } else {
        void this.buildUntilItSucceeds();
      }
    } catch (error) {
      this.folders.release();
      this.isStarted = false;
      throw error;
    }
  }

  checkpoint(): Checkpoint {
    return this.active?.projector.checkpoint() ?? { position: undefined, recordedAt: 0 };
  }

  behind(): Behind | undefined {
    return this.silence ?? this.stuck;
  }

  waitFor(position: bigint, timeoutMs: number): Promise<boolean> {
    if (this.hasReached(position)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter = {
        position,
        reached: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.waiters = this.waiters.filter((other) => other !== waiter);
        resolve(false);
      }, timeoutMs);
      this.waiters.push(waiter);
    });
  }

  async ready(): Promise<void> {
    const { position } = await this.options.log.head();
    if (!this.active) await this.building?.done;
    this.answering();
    if (position === undefined) return;
    while (!this.isClosed && !(await this.waitFor(position, 1_000))) {
      if (this.problem !== undefined) throw new Error(this.problem);
    }
  }

  async knownAt(instantMs: number): Promise<bigint> {
    const generation = this.answering();
    const { position, recordedAt } = generation.projector.checkpoint();
    if (position === undefined) return 0n;
    if (instantMs >= recordedAt) return position;
    // Effective recorded times follow the positions: a narrow range of times is a narrow range of blocks.
    for (const hours of [1, 24 * 14, 24 * 365, undefined]) {
      const from =
        hours === undefined ? '' : `AND recorded_at > make_timestamp(${instantMs - hours * 3_600_000} * 1000)`;
      const [row] = await generation.rows<{ position: number | bigint | null }>(
        `SELECT max(position) AS position FROM event
         WHERE recorded_at <= make_timestamp(${Math.floor(instantMs)} * 1000) ${from}`,
        {},
      );
      if (row && row.position !== null) return BigInt(row.position);
    }
    return 0n;
  }

  async recordedAt(position: bigint): Promise<number> {
    const generation = this.answering();
    const last = generation.projector.checkpoint();
    if (last.position === undefined) return 0;
    if (position >= last.position) return last.recordedAt;
    for (const distance of [1_000n, 1_000_000n, position]) {
      const [row] = await generation.rows<{ recordedMs: number | null }>(
        `SELECT epoch_ms(max(recorded_at)) AS recorded_ms FROM event
         WHERE position <= ${position} AND position >= ${position - distance}`,
        {},
      );
      if (row && row.recordedMs !== null) return row.recordedMs;
    }
    return 0;
  }

  reading(at: { asOf: number; known: bigint }): Reading {
    this.answering();
    const dates = { as_of: new Date(at.asOf), known: at.known };
    return {
      asOf: at.asOf,
      known: at.known,
      timeZone: this.options.settings.timeZone,
      currency: this.options.settings.currency,
      rows: <T = Row>(sql: string, params: Record<string, unknown> = {}) =>
        this.ask((generation) => generation.rows<T>(sql, { ...dates, ...params })),
      keep: (name: string, key: string, sql: string | (() => Promise<string>), params: Record<string, unknown> = {}) =>
        this.ask((generation) => generation.keep(name, key, sql, { ...dates, ...params })),
    };
  }

  async rebuild(onProgress?: (progress: RebuildProgress) => void): Promise<RebuildProgress> {
    if (!this.isStarted) throw new Error('The read side has not been started.');
    return this.building?.done ?? this.beginBuilding(onProgress);
  }

  async snapshot(file: string, onProgress?: (done: number, total: number) => void): Promise<Snapshot> {
    return this.answering().copyTo(file, { onProgress, signal: this.closing.signal });
  }

  /**
   * Takes a snapshot of the same log as the first generation; to be called before `start`, which goes on from where it
   * ends.
   * @throws SnapshotRefused, ReadSideInUse, LogUnavailable
   */
  async adopt(file: string, onProgress?: (done: number, total: number) => void): Promise<Snapshot> {
    this.folders.claim();
    try {
      if (this.folders.current() !== undefined) {
        throw new SnapshotRefused(`There is a read side in ${this.options.folder} already: nothing was replaced.`);
      }
      const number = this.folders.next();
      try {
        const folder = this.folders.path(number);
        const source = await open(file, 'r');
        const bytes = await copyDurably(source, join(folder, DATABASE_FILE), { onProgress }).finally(() =>
          source.close(),
        );
        const checkpoint = await this.prove(number, folder);
        syncFile(join(folder, DATABASE_FILE));
        syncFile(this.options.folder);
        this.folders.name(number);
        return { ...checkpoint, bytes };
      } catch (error) {
        this.folders.remove(number);
        if (error instanceof LogUnavailable || error instanceof BadView) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        throw new SnapshotRefused(`The snapshot ${file} can't be used: ${reason}`, { cause: error });
      }
    } finally {
      this.folders.release();
    }
  }

  private async prove(number: number, folder: string): Promise<Checkpoint> {
    const generation = await Generation.open(number, folder, this.digest, this.generationOptions);
    try {
      const reason = await this.whyNotToBelieve(generation);
      if (reason !== undefined) throw new Error(reason);
      return generation.projector.checkpoint();
    } finally {
      await generation.close();
    }
  }

  async status(): Promise<ReadSideStatus> {
    const head = await this.lookAtHead();
    const checkpoint = this.checkpoint();
    const { building, catchingUp } = this;
    return {
      state: this.state,
      generation: this.active?.number,
      checkpoint,
      head,
      lag: head === undefined ? undefined : head - (checkpoint.position ?? 0n),
      behind: this.behind(),
      building: building && { generation: building.generation, ...building.way.advance(this.seenHead) },
      catchingUp: catchingUp?.advance(this.seenHead),
      problem: this.problem,
      versions: { engine: `DuckDB ${duckDbVersion()}`, facts: this.digest },
    };
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.closing.abort();
    await this.building?.done.catch(() => undefined);
    await this.applier?.stop();
    const generation = this.active;
    this.active = undefined;
    await generation?.close();
    this.folders.release();
  }

  private seeHead(position: bigint | undefined): void {
    if (position !== undefined && position > (this.seenHead ?? 0n)) this.seenHead = position;
  }

  /** The last position of the log; undefined when there is none or it can't be asked. */
  private async lookAtHead(): Promise<bigint | undefined> {
    try {
      const { position } = await within(this.silence ? SHORT_PATIENCE_MS : STATUS_PATIENCE_MS, this.options.log.head());
      this.seeHead(position);
      return position;
    } catch {
      return undefined;
    }
  }

  private get state(): ReadSideStatus['state'] {
    if (!this.isStarted || this.isClosed) return 'stopped';
    if (this.problem) return 'failed';
    if (!this.active) return 'building';
    return this.catchingUp ? 'catching-up' : 'live';
  }

  private answering(): Generation {
    if (!this.active) throw new ReadSideNotReady(this.building?.way.advance(this.seenHead).percent ?? 0, this.problem);
    return this.active;
  }

  private async ask<T>(question: (generation: Generation) => Promise<T>): Promise<T> {
    const generation = this.answering();
    try {
      return await question(generation);
    } catch (error) {
      // One that took over in the meantime answers instead.
      if (generation !== this.active && this.active) return question(this.active);
      if (error instanceof Error && damage.test(error.message)) this.distrust(generation, error.message);
      throw error;
    }
  }

  /** What answers wrongly once is built again; until then it goes on, as nothing better is there. */
  private distrust(generation: Generation, why: string): void {
    if (generation !== this.active || this.building || this.isClosed) return;
    this.tell('error', `Generation ${generation.number} of the read side is damaged and is built again: ${why}`);
    void this.buildUntilItSucceeds();
  }

  private tell(level: 'info' | 'warn' | 'error', sentence: string): void {
    this.options.tell?.(level, sentence);
  }

  private hasReached(position: bigint): boolean {
    const reached = this.active?.projector.checkpoint().position;
    return reached !== undefined && reached >= position;
  }

  private wakeWaiters(): void {
    if (this.waiters.length === 0) return;
    const reached = this.waiters.filter(({ position }) => this.hasReached(position));
    if (reached.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => !reached.includes(waiter));
    for (const waiter of reached) waiter.reached();
  }

  private get problem(): string | undefined {
    return this.problems.following ?? this.problems.building;
  }

  private setProblem(of: 'building' | 'following', problem: string | undefined): void {
    if (problem !== undefined && problem !== this.problems[of]) this.tell('error', problem);
    this.problems[of] = problem;
    if (of === 'following') this.stuck = problem === undefined ? undefined : this.behindBecause(problem, this.stuck);
  }

  private setSilence(reason: string | undefined): void {
    if (reason !== undefined && !this.silence) {
      this.tell(
        'warn',
        `The read side does not hear the log any more, and goes on answering from what it has: ${reason}`,
      );
    } else if (reason === undefined && this.silence) {
      this.tell('info', 'The read side hears the log again.');
    }
    this.silence = reason === undefined ? undefined : this.behindBecause(reason, this.silence);
  }

  private behindBecause(reason: string, before: Behind | undefined): Behind {
    return { since: before?.since ?? this.options.clock?.now() ?? Date.now(), reason };
  }

  /** Opens a stored generation, unless there is a reason not to believe it, which is told. */
  private async openBelievable(number: number): Promise<Generation | undefined> {
    let generation: Generation | undefined;
    let reason: string | undefined;
    try {
      generation = await Generation.open(number, this.folders.path(number), this.digest, this.generationOptions);
      reason = await this.whyNotToBelieve(generation);
    } catch (error) {
      // Whether it can be believed only the log can tell: it must not be thrown away before that was heard.
      if (error instanceof LogUnavailable) await generation?.close();
      if (error instanceof BadView || error instanceof LogUnavailable) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    if (reason === undefined) return generation;
    await generation?.close();
    this.tell('warn', `Generation ${number} of the read side can't be used and is built again: ${reason}`);
    this.folders.remove(number);
    return undefined;
  }

  private async whyNotToBelieve(generation: Generation): Promise<string | undefined> {
    const { logId, complete, lastEventId } = await generation.identity();
    const { position } = generation.projector.checkpoint();
    if (!complete) return 'it was never completed.';
    if (logId !== this.options.log.id) return 'it was made from another log.';
    if (position === undefined) return undefined;
    for await (const event of this.options.log.readAll({ from: position, limit: 1 })) {
      if (event.position === position && event.id === lastEventId) return undefined;
    }
    return `the log does not hold the event at position ${position} that it ends with.`;
  }

  private follow(generation: Generation, onCaughtUp: () => void = () => undefined): Applier {
    return new Applier(this.options.log, generation.projector, {
      mode: 'live',
      batchSize: this.batchSize,
      transactionSize: this.batchSize,
      checkpointEvery: CHECKPOINT_EVERY,
      days: this.days,
      intervalMs: this.intervalMs,
      onApplied: ({ count, lastPosition, recordedAt }) => {
        this.seeHead(lastPosition);
        if (generation !== this.active) return;
        this.catchingUp?.go(count, { position: lastPosition, recordedAt });
        this.wakeWaiters();
      },
      onCaughtUp,
      onProblem: (problem) => {
        this.setProblem('following', problem);
        if (problem !== undefined && damage.test(problem)) this.distrust(generation, problem);
      },
      onSilence: (reason) => this.setSilence(reason),
    });
  }

  /** A full disk may have room again later; SQL that is wrong stays wrong. */
  private async buildUntilItSucceeds(): Promise<void> {
    for (let failures = 0; !this.isClosed; failures++) {
      try {
        await this.beginBuilding();
        return;
      } catch (error) {
        if (error instanceof BadView) return;
        const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
        await pause(ms, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
  }

  private beginBuilding(onProgress?: (progress: RebuildProgress) => void): Promise<RebuildProgress> {
    const generation = this.folders.next();
    let succeed: (progress: RebuildProgress) => void = () => undefined;
    let fail: (error: unknown) => void = () => undefined;
    const done = new Promise<RebuildProgress>((resolve, reject) => {
      succeed = resolve;
      fail = reject;
    });
    done.catch(() => undefined);
    const building: Building = { generation, way: new Way({ position: undefined, recordedAt: 0 }), done };
    this.building = building;
    const finish = () => {
      this.building = undefined;
    };
    this.build(building, onProgress).then(
      (progress) => {
        finish();
        this.setProblem('building', undefined);
        succeed(progress);
      },
      (error: unknown) => {
        finish();
        if (!this.isClosed) this.setProblem('building', error instanceof Error ? error.message : String(error));
        fail(error);
      },
    );
    return done;
  }

  private async build(
    building: Building,
    onProgress: ((progress: RebuildProgress) => void) | undefined,
  ): Promise<RebuildProgress> {
    const folder = this.folders.path(building.generation);
    const startedAt = performance.now();
    this.tell('info', `Building generation ${building.generation} of the read side.`);
    let progress: RebuildProgress = { position: 0n, head: undefined, events: 0, eventsPerSecond: 0 };
    try {
      await this.fill(building, folder, (position, head) => {
        const eventsPerSecond = Math.round(
          building.way.events / Math.max(0.001, (performance.now() - startedAt) / 1_000),
        );
        progress = { position, head, events: building.way.events, eventsPerSecond };
        onProgress?.(progress);
      });
      await this.takeOver(building.generation, folder);
    } catch (error) {
      this.folders.remove(building.generation);
      throw error;
    }
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    this.tell(
      'info',
      `Generation ${building.generation} of the read side answers from now on: ${building.way.events} events in ${seconds} s.`,
    );
    return progress;
  }

  private async fill(
    building: Building,
    folder: string,
    tellProgress: (position: bigint, head: bigint | undefined) => void,
  ): Promise<void> {
    const identity = { logId: this.options.log.id, digest: this.digest };
    const generation = await Generation.create(building.generation, folder, identity, this.generationOptions);
    try {
      await this.lookAtHead();
      await new Promise<void>((resolve, reject) => {
        const applier: Applier = new Applier(this.options.log, generation.projector, {
          mode: 'bulk',
          batchSize: this.batchSize,
          transactionSize: Math.max(this.batchSize, this.options.transactionSize ?? TRANSACTION_SIZE),
          checkpointEvery: CHECKPOINT_EVERY,
          days: this.days,
          intervalMs: 0,
          onApplied: ({ count, lastPosition, recordedAt }) => {
            building.way.go(count, { position: lastPosition, recordedAt });
            this.seeHead(lastPosition);
            void this.lookAtHead();
            tellProgress(lastPosition, this.seenHead);
          },
          onCaughtUp: () => void applier.stop().then(resolve, reject),
          onProblem: (problem) => this.setProblem('building', problem),
          onSilence: (reason) => this.setSilence(reason),
        });
        const giveUp = () => void applier.stop().then(() => reject(new Error('The read side was closed.')), reject);
        this.closing.signal.addEventListener('abort', giveUp, { once: true });
        if (this.isClosed) giveUp();
      });
      await generation.projector.supersedeAll();
      await generation.projector.complete();
      await generation.projector.checkpointFile();
    } finally {
      await generation.close();
    }
  }

  /** Lets a filled generation answer as soon as it is no further behind than the one that answers now. */
  private async takeOver(number: number, folder: string): Promise<void> {
    const generation = await Generation.open(number, folder, this.digest, this.generationOptions);
    let applier: Applier | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        applier = this.follow(generation, resolve);
        this.closing.signal.addEventListener('abort', () => reject(new Error('The read side was closed.')), {
          once: true,
        });
        if (this.isClosed) reject(new Error('The read side was closed.'));
      });
      await this.neverBackwards(generation);
    } catch (error) {
      await applier?.stop();
      await generation.close();
      throw error;
    }
    this.folders.name(number);
    const before = { generation: this.active, applier: this.applier };
    this.active = generation;
    this.applier = applier;
    this.setProblem('following', undefined);
    this.catchingUp = undefined;
    this.wakeWaiters();
    await before.applier?.stop();
    if (before.generation) {
      await before.generation.close();
      this.folders.remove(before.generation.number);
    }
  }

  /** Who has seen an event in an answer must not miss it in the next one. */
  private async neverBackwards(generation: Generation): Promise<void> {
    const behind = () => {
      const shown = this.checkpoint().position;
      return shown !== undefined && (generation.projector.checkpoint().position ?? -1n) < shown;
    };
    if (!behind()) return;
    await this.applier?.stop();
    while (behind() && !this.isClosed) await pause(10);
  }
}
