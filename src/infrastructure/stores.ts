import { resolve } from 'node:path';
import type { Clock } from '../application/ports/clock.js';
import type { EventLog } from '../application/ports/event-log.js';
import type { KeyRing } from '../application/ports/key-ring.js';
import { type Config, ConfigError, masterKeyMissing } from './config.js';
import { pathsOf, prepareDataFolder } from './data-folder.js';
import type { EsdbPatience } from './esdb/persisting.js';
import { SqliteEventLog } from './sqlite/sqlite-event-log.js';
import { SqliteKeyRing } from './sqlite/sqlite-key-ring.js';

/** Where a log and its key ring are: in the files of a data folder, or on an EventStoreDB server or cluster. */
export type StoresPlace =
  | { readonly kind: 'sqlite'; readonly dataFolder: string }
  | {
      readonly kind: 'esdb';
      /** `esdb://…`; may hold a password: never told to anybody. */
      readonly connectionString: string;
      readonly prefix: string;
      /** 32 bytes. */
      readonly masterKey: Buffer;
    };

/** What of the settings says where a log is. */
export type StoresSettings = Pick<Config, 'dataFolder' | 'logPrefix' | 'masterKey'> & Partial<Pick<Config, 'log'>>;

export interface Stores {
  readonly log: EventLog;
  readonly keyRing: KeyRing;
  close(): Promise<void>;
}

export interface OpenStoresOptions {
  readonly clock: Clock;
  /** Told what happened that a person may want to know, in sentences without secrets. */
  readonly tell?: (level: 'info' | 'warn' | 'error', sentence: string) => void;
  /** With a log in a cluster. */
  readonly patience?: Partial<EsdbPatience>;
}

/** Where the log of these settings is. @throws ConfigError when a cluster's master key is missing */
export function placeOf({ dataFolder, log = 'sqlite', logPrefix = '', masterKey }: StoresSettings): StoresPlace {
  if (log === 'sqlite') return { kind: 'sqlite', dataFolder };
  if (!masterKey) throw new ConfigError(masterKeyMissing);
  return { kind: 'esdb', connectionString: log, prefix: logPrefix, masterKey };
}

/**
 * The place that a text names: `sqlite:<data folder>` or a connection string (`esdb://…`). Prefix and master key of a
 * cluster are those of the settings.
 * @throws ConfigError
 */
export function placeNamed(text: string, settings: Pick<Config, 'logPrefix' | 'masterKey'>): StoresPlace {
  const folder = /^sqlite:(.+)$/s.exec(text)?.[1];
  if (folder !== undefined) return placeOf({ ...settings, log: 'sqlite', dataFolder: folder });
  if (/^esdb(\+discover)?:\/\/./.test(text)) return placeOf({ ...settings, log: text, dataFolder: '' });
  throw new ConfigError(
    `"${text.replace(/:.*$/s, ':…')}" names no log: write sqlite:<data folder> or a connection string (esdb://…).`,
  );
}

/** A place as people are told of it, without user, password or key. */
export function addressOf(place: StoresPlace): string {
  if (place.kind === 'sqlite') return pathsOf(resolve(place.dataFolder)).log;
  // Of a connection string only its hosts: what stands before an @ or after the path may be secret.
  const [, scheme, hosts = ''] = /^(esdb(?:\+discover)?):\/\/(?:.*@)?([^/?#]*)/s.exec(place.connectionString) ?? [];
  return `${scheme ?? 'esdb'}://${hosts}${place.prefix && ` (prefix ${place.prefix})`}`;
}

/**
 * Opens the log and the key ring of a place; makes them first when there are none.
 * @throws LogUnavailable when they can't be reached now
 * @throws LogDamaged, DataFolderError or Error, in a sentence, for what waiting does not mend
 */
export async function openStores(place: StoresPlace, options: OpenStoresOptions): Promise<Stores> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = async <Store extends { close(): Promise<void> }>(opening: Promise<Store>): Promise<Store> => {
    const store = await opening;
    opened.push(store);
    return store;
  };
  const close = async () => {
    for (let store = opened.pop(); store; store = opened.pop()) await store.close();
  };
  try {
    if (place.kind === 'sqlite') {
      await prepareDataFolder(place.dataFolder);
      const paths = pathsOf(place.dataFolder);
      const keyRing = await keep(SqliteKeyRing.open(paths.keyRing));
      const log = await keep(SqliteEventLog.open(paths.log, { clock: options.clock }));
      return { log, keyRing, close };
    }
    // Loaded only where it is used: whoever has the log in a file never meets gRPC.
    const { EsdbEventLog } = await import('./esdb/esdb-event-log.js');
    const { EsdbKeyRing } = await import('./esdb/esdb-key-ring.js');
    const { connectionString, prefix, masterKey } = place;
    const log = await keep(EsdbEventLog.open({ connectionString, prefix, ...options }));
    const { patience = {} } = options;
    const keyRing = await keep(EsdbKeyRing.open({ connectionString, prefix, masterKey, patience }));
    return { log, keyRing, close };
  } catch (error) {
    await close();
    throw error;
  }
}
