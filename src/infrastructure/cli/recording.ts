import { existsSync } from 'node:fs';
import { fixCompanySettings } from '../../application/company.js';
import type { Clock } from '../../application/ports/clock.js';
import { type EventLog, StreamNotFound } from '../../application/ports/event-log.js';
import type { KeyRing } from '../../application/ports/key-ring.js';
import { type Outcome, type Record, RecordHandler } from '../../application/record.js';
import { readStored } from '../../application/stored-event.js';
import { externalIdStream } from '../../domain/streams.js';
import type { Config } from '../config.js';
import { pathsOf } from '../data-folder.js';
import { openEngine } from '../engine.js';
import { UnwrittenKeyRing, UnwrittenLog } from '../import/dry-run.js';
import { type LateRegistration, lateRegistration } from '../import/late-registration.js';
import { SqliteEventLog } from '../sqlite/sqlite-event-log.js';
import { SqliteKeyRing } from '../sqlite/sqlite-key-ring.js';
import { openStores, placeOf } from '../stores.js';
import { SystemClock } from '../system-clock.js';

/** The recording half of the system: harmless beside a running service. */
export interface OpenedLog {
  record(commands: Record): Promise<Outcome[]>;
  /** The customer that carries an outside key. */
  holderOf(source: string, key: string): Promise<string | undefined>;
  /** See `lateRegistration` of the import. */
  lateRegistration(stream: string, needed: string): Promise<LateRegistration | undefined>;
  close(): Promise<void>;
}

/** Opens the log of the data folder, made first when there is none. @throws what `openEngine` does */
export async function openForRecording(config: Config): Promise<OpenedLog> {
  const engine = await openEngine(config, { readSide: false });
  return {
    record: (commands) => engine.commandBus.execute(commands),
    holderOf: (source, key) => holderOf(engine.log, source, key),
    lateRegistration: (stream, needed) => lateRegistration(engine.log, stream, needed),
    close: () => engine.close(),
  };
}

/** Likewise, but nothing that is recorded is kept, and no data folder is made. */
export async function openForDryRun(config: Config): Promise<OpenedLog> {
  const clock = new SystemClock();
  const stored = await openStored(config, clock);
  const log = new UnwrittenLog(stored.log);
  const keyRing = new UnwrittenKeyRing(stored.keyRing);
  const close = async () => {
    await log.close();
    await keyRing.close();
  };
  try {
    // Other settings than the log's are refused as they would be without --dry-run.
    await fixCompanySettings(log, { timeZone: config.timeZone, currency: config.currency }, clock);
  } catch (error) {
    await close();
    throw error;
  }
  const handler = new RecordHandler(log, keyRing, clock);
  return {
    record: (commands) => handler.execute(commands),
    holderOf: (source, key) => holderOf(log, source, key),
    lateRegistration: (stream, needed) => lateRegistration(log, stream, needed),
    close,
  };
}

/** What is there already: of a data folder that has no log yet, nothing. */
async function openStored(
  config: Config,
  clock: Clock,
): Promise<{ readonly log?: EventLog; readonly keyRing?: KeyRing }> {
  const place = placeOf(config);
  if (place.kind === 'esdb') return openStores(place, { clock });
  const paths = pathsOf(place.dataFolder);
  const log = existsSync(paths.log) && (await SqliteEventLog.open(paths.log, { clock, readOnly: true }));
  const keyRing = existsSync(paths.keyRing) && (await SqliteKeyRing.open(paths.keyRing));
  return { ...(log && { log }), ...(keyRing && { keyRing }) };
}

async function holderOf(log: EventLog, source: string, key: string): Promise<string | undefined> {
  let holder: string | undefined;
  try {
    for await (const event of log.read(externalIdStream(source, key))) {
      const { type, data } = readStored(event);
      if (type === 'ExternalIdClaimed') holder = (data as { customerId: string }).customerId;
    }
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
  return holder;
}
