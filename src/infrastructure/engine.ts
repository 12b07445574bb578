import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CqrsModule, QueryBus } from '@nestjs/cqrs';
import { AskHandler } from '../application/ask.js';
import { type CompanySettings, fixCompanySettings } from '../application/company.js';
import { Clock } from '../application/ports/clock.js';
import { EventLog } from '../application/ports/event-log.js';
import { KeyRing } from '../application/ports/key-ring.js';
import { ReadSide } from '../application/ports/read-side.js';
import { ValueModels } from '../application/ports/value-models.js';
import { ProcessManagers } from '../application/process-managers/process-managers.js';
import { RecordHandler } from '../application/record.js';
import { serveControl } from './control-socket.js';
import { lockDataFolder, pathsOf, prepareDataFolder } from './data-folder.js';
import { DuckDbReadSide } from './duckdb/duckdb-read-side.js';
import { ThreadedValueModels } from './lifetime/threaded-value-models.js';
import { ProcessCheckpointFile } from './process-checkpoint-file.js';
import { engineStatus, rebuilt, snapshotTaken } from './status.js';
import {
  addressOf,
  type OpenStoresOptions,
  openStores,
  placeOf,
  type StoresPlace,
  type StoresSettings,
} from './stores.js';
import { SystemClock } from './system-clock.js';
import { untilAvailable, type Waiting } from './until-available.js';

/** Everything between the data folder and the two buses, without HTTP. */
export interface Engine {
  readonly settings: CompanySettings;
  readonly clock: Clock;
  readonly log: EventLog;
  /** Where the log is, for people: without user, password or key. */
  readonly logPlace: { readonly kind: StoresPlace['kind']; readonly address: string };
  readonly keyRing: KeyRing;
  /** Undefined when the engine was opened without one. */
  readonly readSide: ReadSide | undefined;
  readonly commandBus: CommandBus;
  readonly queryBus: QueryBus;
  /** Undefined where the read side is. */
  readonly processManagers: ProcessManagers | undefined;
  /** Gives everything back, in the order that keeps what was acknowledged. */
  close(): Promise<void>;
}

export interface EngineOptions {
  /**
   * Without it nothing can be asked, only recorded; the folder is then neither locked nor listened in, so that a second
   * process can record beside a running service. Default true.
   */
  readonly readSide?: boolean;
  readonly clock?: Clock;
  /** Told what happened that a person may want to know, in sentences. */
  readonly tell?: (level: 'info' | 'warn' | 'error', sentence: string) => void;
  /** How long a log in a cluster may take to answer. */
  readonly patience?: OpenStoresOptions['patience'];
  /** Given, a log that can't be reached is waited for; otherwise it ends the opening. */
  readonly waiting?: Waiting;
}

class EngineModule {}

/**
 * Opens the data folder, the log and what belongs to them; makes them when there are none.
 * @throws DataFolderError, ControlError, LogDamaged, LogUnavailable and the refusal of other company settings: each says in one sentence why
 */
export async function openEngine(
  config: StoresSettings & CompanySettings,
  { readSide: withReadSide = true, clock = new SystemClock(), tell, patience, waiting }: EngineOptions = {},
): Promise<Engine> {
  const place = placeOf(config);
  const paths = pathsOf(config.dataFolder);
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  const available = <Opened>(open: () => Promise<Opened>, dispose: (opened: Opened) => Promise<void>) =>
    waiting ? untilAvailable(open, dispose, waiting) : open();
  try {
    await prepareDataFolder(config.dataFolder);
    if (withReadSide) {
      const lock = lockDataFolder(config.dataFolder);
      closers.push(() => lock.release());
    }
    const { log, keyRing, settings, ...stores } = await available(
      () => openCompany(place, config, { clock, ...(tell && { tell }), ...(patience && { patience }) }),
      (opened) => opened.close(),
    );
    closers.push(() => stores.close());
    let readSide: ReadSide | undefined;
    const models = new ThreadedValueModels();
    if (withReadSide) {
      const opened = DuckDbReadSide.open({ folder: paths.readSide, log, settings, clock, ...(tell && { tell }) });
      closers.push(() => opened.close());
      await available(
        () => opened.start(),
        () => opened.close(),
      );
      readSide = opened;
    }
    const context = await buses({ log, keyRing, clock, readSide, models });
    closers.push(() => context.close());
    // Before the read side: a question that waits for a model must not keep it open.
    closers.push(() => models.close());
    const commandBus = context.get(CommandBus);
    const processManagers =
      readSide &&
      new ProcessManagers({
        log,
        record: (commands) => commandBus.execute(commands),
        checkpoint: new ProcessCheckpointFile(paths.processManagers),
        clock,
        ...(tell && { tell }),
      });
    const engine: Engine = {
      settings,
      clock,
      log,
      logPlace: { kind: place.kind, address: addressOf(place) },
      keyRing,
      readSide,
      commandBus,
      queryBus: context.get(QueryBus),
      processManagers,
      close,
    };
    if (readSide) {
      const serving = readSide;
      const control = await serveControl(paths.controlSocket, {
        status: () => engineStatus(engine),
        snapshot: async (progress, file) => {
          if (!file) throw new Error('A snapshot needs a file to write to.');
          return snapshotTaken(log.id, await serving.snapshot(file, (done, total) => progress({ done, total })));
        },
        rebuild: async (progress) => rebuilt(log.id, await serving.rebuild((step) => progress(rebuilt(log.id, step)))),
      });
      closers.push(() => control.close());
    }
    if (processManagers) {
      closers.push(() => processManagers.stop());
      processManagers.start();
    }
    return engine;
  } catch (error) {
    await close();
    throw error;
  }
}

/** The log and its key ring, once the company's settings are known to be those of the log. */
async function openCompany(place: StoresPlace, wanted: CompanySettings, options: OpenStoresOptions) {
  const stores = await openStores(place, options);
  try {
    const { timeZone, currency } = wanted;
    return { ...stores, settings: await fixCompanySettings(stores.log, { timeZone, currency }, options.clock) };
  } catch (error) {
    await stores.close();
    throw error;
  }
}

interface Parts {
  readonly log: EventLog;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly readSide: ReadSide | undefined;
  readonly models: ValueModels;
}

/** The command bus and the query bus with the one handler of each. */
function buses({ log, keyRing, clock, readSide, models }: Parts): Promise<INestApplicationContext> {
  const value = (provide: unknown, useValue: unknown) => ({ provide: provide as typeof EventLog, useValue });
  return NestFactory.createApplicationContext(
    {
      module: EngineModule,
      imports: [CqrsModule.forRoot()],
      providers: [
        value(EventLog, log),
        value(KeyRing, keyRing),
        value(Clock, clock),
        RecordHandler,
        ...(readSide ? [value(ReadSide, readSide), value(ValueModels, models), AskHandler] : []),
      ],
    },
    { logger: false, abortOnError: false },
  );
}
