import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CqrsModule, QueryBus } from '@nestjs/cqrs';
import { AskHandler } from '../application/ask.js';
import { type CompanySettings, fixCompanySettings } from '../application/company.js';
import { Clock } from '../application/ports/clock.js';
import { EventLog } from '../application/ports/event-log.js';
import { KeyRing } from '../application/ports/key-ring.js';
import { ReadSide } from '../application/ports/read-side.js';
import { RecordHandler } from '../application/record.js';
import type { Config } from './config.js';
import { serveControl } from './control-socket.js';
import { lockDataFolder, pathsOf, prepareDataFolder } from './data-folder.js';
import { DuckDbReadSide } from './duckdb/duckdb-read-side.js';
import { SqliteEventLog } from './sqlite/sqlite-event-log.js';
import { SqliteKeyRing } from './sqlite/sqlite-key-ring.js';
import { engineStatus, rebuilt } from './status.js';
import { SystemClock } from './system-clock.js';

/** Everything between the data folder and the two buses, without HTTP. */
export interface Engine {
  readonly settings: CompanySettings;
  readonly clock: Clock;
  readonly log: EventLog;
  readonly keyRing: KeyRing;
  /** Undefined when the engine was opened without one. */
  readonly readSide: ReadSide | undefined;
  readonly commandBus: CommandBus;
  readonly queryBus: QueryBus;
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
}

class EngineModule {}

/**
 * Opens the data folder and what is in it; makes it when there is none.
 * @throws DataFolderError, ControlError, LogDamaged, LogUnavailable and the refusal of other company settings: each says in one sentence why
 */
export async function openEngine(
  config: Pick<Config, 'dataFolder' | 'timeZone' | 'currency'>,
  { readSide: withReadSide = true, clock = new SystemClock() }: EngineOptions = {},
): Promise<Engine> {
  const paths = pathsOf(config.dataFolder);
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    await prepareDataFolder(config.dataFolder);
    if (withReadSide) {
      const lock = lockDataFolder(config.dataFolder);
      closers.push(() => lock.release());
    }
    const keyRing = await SqliteKeyRing.open(paths.keyRing);
    closers.push(() => keyRing.close());
    const log = await SqliteEventLog.open(paths.log, { clock });
    closers.push(() => log.close());
    const settings = await fixCompanySettings(log, { timeZone: config.timeZone, currency: config.currency }, clock);
    let readSide: ReadSide | undefined;
    if (withReadSide) {
      const opened = await DuckDbReadSide.open({ folder: paths.readSide, log, settings });
      closers.push(() => opened.close());
      await opened.start();
      readSide = opened;
    }
    const context = await buses({ log, keyRing, clock, readSide });
    closers.push(() => context.close());
    const engine: Engine = {
      settings,
      clock,
      log,
      keyRing,
      readSide,
      commandBus: context.get(CommandBus),
      queryBus: context.get(QueryBus),
      close,
    };
    if (readSide) {
      const serving = readSide;
      const control = await serveControl(paths.controlSocket, {
        status: () => engineStatus(engine),
        rebuild: async (progress) => rebuilt(log.id, await serving.rebuild((step) => progress(rebuilt(log.id, step)))),
      });
      closers.push(() => control.close());
    }
    return engine;
  } catch (error) {
    await close();
    throw error;
  }
}

interface Parts {
  readonly log: EventLog;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly readSide: ReadSide | undefined;
}

/** The command bus and the query bus with the one handler of each. */
function buses({ log, keyRing, clock, readSide }: Parts): Promise<INestApplicationContext> {
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
        ...(readSide ? [value(ReadSide, readSide), AskHandler] : []),
      ],
    },
    { logger: false, abortOnError: false },
  );
}
