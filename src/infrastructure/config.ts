import { isIPv4 } from 'node:net';
import { z } from 'zod';

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Folder that holds everything: the log, the key ring and the read side. */
  readonly dataFolder: string;
  readonly log: 'sqlite';
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

const environment = z.object({
  PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'it must be a port number from 0 to 65535')
    .default('3000')
    .transform(Number),
  HOST: z
    .string()
    .refine(
      isLoopback,
      'it must be an address of this machine itself (127.0.0.1, ::1 or localhost): as long as there is no access ' +
        'control the service listens to nobody else',
    )
    .default('127.0.0.1'),
  KLANTWAARDE_DATA: z
    .string()
    .refine((path) => path.trim() !== '', 'it must name a folder')
    .default('./data'),
  KLANTWAARDE_LOG: z
    .literal('sqlite', {
      error: ({ input }) =>
        String(input).startsWith('esdb')
          ? 'this version keeps its log in an SQLite file only: leave it out or set it to sqlite'
          : 'it must be sqlite',
    })
    .default('sqlite'),
  KLANTWAARDE_TIMEZONE: z
    .string()
    .refine(isTimeZone, 'it must be an IANA time zone such as Europe/Amsterdam')
    .default('Europe/Amsterdam'),
  KLANTWAARDE_CURRENCY: z
    .string()
    .refine((code) => currencies.has(code), 'it must be an ISO 4217 currency such as EUR')
    .default('EUR'),
});

/**
 * Reads the settings from the environment.
 * @throws ConfigError naming the variable and its value
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
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
    const name = String(issue?.path[0]);
    // A connection string may hold a password.
    const value = env[name]?.replace(/^(\w+(\+\w+)?:\/\/).*$/s, '$1…');
    throw new ConfigError(`${name} is "${value}", but ${issue?.message}.`);
  }
  const { PORT, HOST, KLANTWAARDE_DATA, KLANTWAARDE_LOG, KLANTWAARDE_TIMEZONE, KLANTWAARDE_CURRENCY } = read.data;
  return {
    port: PORT,
    host: HOST,
    dataFolder: KLANTWAARDE_DATA,
    log: KLANTWAARDE_LOG,
    timeZone: KLANTWAARDE_TIMEZONE,
    currency: KLANTWAARDE_CURRENCY,
  };
}
