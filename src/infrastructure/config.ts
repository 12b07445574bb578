import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { z } from 'zod';

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Folder of this node: the read side and, with `sqlite`, the log and the key ring. */
  readonly dataFolder: string;
  /** `sqlite`, or the connection string of an EventStoreDB log; that may hold a password. */
  readonly log: string;
  /** Before the name of every stream, so that several logs can share a cluster. Default ''. */
  readonly logPrefix?: string;
  /** 32 bytes, under which the keys of personal data lie in a cluster. */
  readonly masterKey?: Buffer;
  /** IANA zone; fixed in the log at first start. */
  readonly timeZone: string;
  /** ISO 4217 code of the currency that views are in; fixed in the log at first start. */
  readonly currency: string;
}

/** A setting that stops the start; the message is one sentence for whoever starts it. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

export function isTimeZone(name: string): boolean {
  // An offset such as +01:00 is a zone to Intl, but knows no daylight saving.
  if (!/^[A-Z][A-Za-z0-9_]*(\/[A-Z][A-Za-z0-9_+-]*)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const currencies = new Set(Intl.supportedValuesOf('currency'));

const MASTER_KEY_BYTES = 32;

/** The bytes that a text in base64 stands for, or undefined when it is not exactly that. */
function masterKeyOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text.trim(), 'base64');
  const isWhole = bytes.length === MASTER_KEY_BYTES && bytes.toString('base64') === text.trim();
  return isWhole ? bytes : undefined;
}

const howToMakeOne = '32 random bytes in base64, as "openssl rand -base64 32" prints them';

export const masterKeyMissing =
  'KLANTWAARDE_MASTER_KEY_FILE is not set: with an EventStoreDB log the keys of personal data lie in the cluster, sealed ' +
  `under a master key of yours. Name a file that holds ${howToMakeOne}, the same on every node, and keep a copy of it.`;

const whatALogIs =
  'sqlite or the connection string of an EventStoreDB server or cluster (esdb://… or esdb+discover://…)';

function isLog(text: string): boolean {
  return text === 'sqlite' || /^esdb(\+discover)?:\/\/./.test(text);
}

const environment = z.object({
  PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'it must be a port number from 0 to 65535')
    .default('3000')
    .transform(Number),
  HOST: z
    .string()
    .refine((host) => host.trim() !== '', 'it must be an address to listen at')
    .default('127.0.0.1'),
  KLANTWAARDE_DATA: z
    .string()
    .refine((path) => path.trim() !== '', 'it must name a folder')
    .default('./data'),
  KLANTWAARDE_LOG: z.string().refine(isLog, `it must be ${whatALogIs}`).default('sqlite'),
  KLANTWAARDE_LOG_FILE: z
    .string()
    .refine((path) => path.trim() !== '', 'it must name a file')
    .optional(),
  KLANTWAARDE_LOG_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]*$/, 'it must consist of lower-case letters, digits and hyphens')
    .default(''),
  KLANTWAARDE_MASTER_KEY_FILE: z
    .string()
    .refine((path) => path.trim() !== '', 'it must name a file')
    .optional(),
  KLANTWAARDE_MASTER_KEY: z
    .string()
    .refine((text) => masterKeyOf(text) !== undefined, `it must be ${howToMakeOne}`)
    .optional(),
  KLANTWAARDE_TRUSTED_NETWORK: z.enum(['true', 'false'], 'it must be true or false').default('false'),
  KLANTWAARDE_TIMEZONE: z
    .string()
    .refine(isTimeZone, 'it must be an IANA time zone such as Europe/Amsterdam')
    .default('Europe/Amsterdam'),
  KLANTWAARDE_CURRENCY: z
    .string()
    .refine((code) => currencies.has(code), 'it must be an ISO 4217 currency such as EUR')
    .default('EUR'),
});

type Environment = Readonly<Record<string, string | undefined>>;
type Settings = z.infer<typeof environment>;

/**
 * Reads the settings from the environment.
 * @throws ConfigError naming the variable and its value
 */
export function readConfig(env: Environment): Config {
  const known = Object.keys(environment.shape);
  const unknown = Object.keys(env).find((name) => name.startsWith('KLANTWAARDE_') && !known.includes(name));
  if (unknown) {
    throw new ConfigError(
      `${unknown} is not a setting; the settings are ${known.slice(0, -1).join(', ')} and ${known.at(-1)}.`,
    );
  }
  const read = environment.safeParse(env);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw refusal(env, String(issue?.path[0]), String(issue?.message));
  }
  const settings = read.data;
  if (!isLoopback(settings.HOST) && settings.KLANTWAARDE_TRUSTED_NETWORK !== 'true') {
    throw refusal(
      env,
      'HOST',
      'it must be an address of this machine itself (127.0.0.1, ::1 or localhost): there is no access control yet, and ' +
        'KLANTWAARDE_TRUSTED_NETWORK=true has to say that everybody who can reach another one is trusted to see and ' +
        'record everything',
    );
  }
  const log = readLog(env, settings);
  const masterKey = readMasterKey(env, settings, log);
  return {
    port: settings.PORT,
    host: settings.HOST,
    dataFolder: settings.KLANTWAARDE_DATA,
    log,
    logPrefix: settings.KLANTWAARDE_LOG_PREFIX,
    ...(masterKey && { masterKey }),
    timeZone: settings.KLANTWAARDE_TIMEZONE,
    currency: settings.KLANTWAARDE_CURRENCY,
  };
}

/** A connection string may hold a password, and then lies better in a file than in the environment. */
function readLog(env: Environment, { KLANTWAARDE_LOG: log, KLANTWAARDE_LOG_FILE: file }: Settings): string {
  if (file === undefined) return log;
  if (env.KLANTWAARDE_LOG !== undefined) {
    throw new ConfigError('KLANTWAARDE_LOG and KLANTWAARDE_LOG_FILE are both set: leave one of them out.');
  }
  const content = contentOf(env, 'KLANTWAARDE_LOG_FILE', file, whatALogIs).trim();
  if (!isLog(content)) throw refusal(env, 'KLANTWAARDE_LOG_FILE', `that file does not hold ${whatALogIs}`);
  return content;
}

function readMasterKey(env: Environment, settings: Settings, log: string): Buffer | undefined {
  const { KLANTWAARDE_MASTER_KEY: text, KLANTWAARDE_MASTER_KEY_FILE: file } = settings;
  if (text !== undefined && file !== undefined) {
    throw new ConfigError(
      'KLANTWAARDE_MASTER_KEY and KLANTWAARDE_MASTER_KEY_FILE are both set: leave one of them out.',
    );
  }
  if (text !== undefined) return masterKeyOf(text);
  if (file !== undefined) {
    const content = contentOf(env, 'KLANTWAARDE_MASTER_KEY_FILE', file, howToMakeOne);
    const key = masterKeyOf(content);
    if (!key) throw refusal(env, 'KLANTWAARDE_MASTER_KEY_FILE', `that file does not hold ${howToMakeOne}`);
    return key;
  }
  if (log === 'sqlite') return undefined;
  throw new ConfigError(masterKeyMissing);
}

function contentOf(env: Environment, name: string, file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `it can't be read (${code})`;
    throw refusal(env, name, `${reason}; it must hold ${what}`);
  }
}

/** One sentence that names the variable and, unless it is secret, its value. */
function refusal(env: Environment, name: string, what: string): ConfigError {
  if (name === 'KLANTWAARDE_MASTER_KEY') return new ConfigError(`${name} is set, but ${what}.`);
  const given = env[name] ?? '';
  // A connection string may hold a password, also one that is misspelt.
  const value = name === 'KLANTWAARDE_LOG' && /[:@]/.test(given) ? `${/^[\w+]+:\/\//.exec(given)?.[0] ?? ''}…` : given;
  return new ConfigError(`${name} is "${value}", but ${what}.`);
}
