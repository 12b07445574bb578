import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from '../../src/infrastructure/config.js';
import { addressOf, placeNamed, placeOf } from '../../src/infrastructure/stores.js';

const refusal = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('Configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataFolder: './data',
      log: 'sqlite',
      logPrefix: '',
      timeZone: 'Europe/Amsterdam',
      currency: 'EUR',
    });
  });

  it('is what the environment says', () => {
    expect(
      readConfig({
        PORT: '8080',
        HOST: '::1',
        KLANTWAARDE_DATA: '/srv/data',
        KLANTWAARDE_LOG: 'sqlite',
        KLANTWAARDE_TIMEZONE: 'America/Port-au-Prince',
        KLANTWAARDE_CURRENCY: 'GBP',
        HOME: '/root',
      }),
    ).toEqual({
      port: 8080,
      host: '::1',
      dataFolder: '/srv/data',
      log: 'sqlite',
      logPrefix: '',
      timeZone: 'America/Port-au-Prince',
      currency: 'GBP',
    });
  });

  it.each([
    ['PORT', '70000', 'it must be a port number from 0 to 65535'],
    ['PORT', 'http', 'it must be a port number from 0 to 65535'],
    ['PORT', '', 'it must be a port number from 0 to 65535'],
    ['KLANTWAARDE_DATA', ' ', 'it must name a folder'],
    [
      'KLANTWAARDE_LOG',
      'postgres',
      'it must be sqlite or the connection string of an EventStoreDB server or cluster (esdb://… or esdb+discover://…)',
    ],
    ['KLANTWAARDE_LOG_PREFIX', 'Acme_', 'it must consist of lower-case letters, digits and hyphens'],
    ['KLANTWAARDE_MASTER_KEY_FILE', ' ', 'it must name a file'],
    ['KLANTWAARDE_TRUSTED_NETWORK', 'yes', 'it must be true or false'],
    ['KLANTWAARDE_TIMEZONE', 'Mars/Olympus', 'it must be an IANA time zone such as Europe/Amsterdam'],
    ['KLANTWAARDE_TIMEZONE', '+01:00', 'it must be an IANA time zone such as Europe/Amsterdam'],
    ['KLANTWAARDE_CURRENCY', 'eur', 'it must be an ISO 4217 currency such as EUR'],
    ['KLANTWAARDE_CURRENCY', 'QQQ', 'it must be an ISO 4217 currency such as EUR'],
  ])('with %s set to "%s" is refused in one sentence that names both', (name, value, rest) => {
    expect(refusal({ [name]: value })).toBe(`${name} is "${value}", but ${rest}.`);
  });

  it.each(['0.0.0.0', '192.168.1.10', '::', 'example.com', '127.0.0.1.example.com'])(
    'that would let others in (HOST=%s) is refused until there is access control',
    (host) => {
      expect(refusal({ HOST: host })).toMatch(/^HOST is ".*", but it must be an address of this machine itself/);
    },
  );

  it('lets others in only where somebody says that the network is to be trusted', () => {
    expect(refusal({ HOST: '0.0.0.0', KLANTWAARDE_TRUSTED_NETWORK: 'false' })).toContain(
      'KLANTWAARDE_TRUSTED_NETWORK=true has to say that everybody who can reach another one is trusted to see and ' +
        'record everything.',
    );
    expect(readConfig({ HOST: '0.0.0.0', KLANTWAARDE_TRUSTED_NETWORK: 'true' }).host).toBe('0.0.0.0');
  });

  describe('of a log in a cluster', () => {
    const key = Buffer.alloc(32, 7);
    const log = 'esdb+discover://admin:secret@db:2113?tls=true';
    let folder: string;
    let file: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'kw-'));
      file = join(folder, 'master.key');
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it('takes its master key from a file, or from the environment itself', () => {
      writeFileSync(file, `${key.toString('base64')}\n`);

      const fromFile = readConfig({
        KLANTWAARDE_LOG: log,
        KLANTWAARDE_LOG_PREFIX: 'acme-',
        KLANTWAARDE_MASTER_KEY_FILE: file,
      });
      const fromEnvironment = readConfig({ KLANTWAARDE_LOG: log, KLANTWAARDE_MASTER_KEY: key.toString('base64') });

      expect(fromFile).toMatchObject({ log, logPrefix: 'acme-', masterKey: key });
      expect(fromEnvironment).toMatchObject({ log, logPrefix: '', masterKey: key });
      expect(placeOf(fromFile)).toEqual({ kind: 'esdb', connectionString: log, prefix: 'acme-', masterKey: key });
    });

    it('is refused without a master key, in a sentence that says how to make one', () => {
      expect(refusal({ KLANTWAARDE_LOG: log })).toBe(
        'KLANTWAARDE_MASTER_KEY_FILE is not set: with an EventStoreDB log the keys of personal data lie in the ' +
          'cluster, sealed under a master key of yours. Name a file that holds 32 random bytes in base64, as ' +
          '"openssl rand -base64 32" prints them, the same on every node, and keep a copy of it.',
      );
    });

    it('is refused with a file that is missing or holds something else, and the content is not repeated', () => {
      expect(refusal({ KLANTWAARDE_MASTER_KEY_FILE: file })).toBe(
        `KLANTWAARDE_MASTER_KEY_FILE is "${file}", but there is no such file; it must hold 32 random bytes in base64, ` +
          'as "openssl rand -base64 32" prints them.',
      );
      writeFileSync(file, 'geheim');
      expect(refusal({ KLANTWAARDE_MASTER_KEY_FILE: file })).toBe(
        `KLANTWAARDE_MASTER_KEY_FILE is "${file}", but that file does not hold 32 random bytes in base64, as ` +
          '"openssl rand -base64 32" prints them.',
      );
    });

    it.each(['geheim', key.toString('hex'), key.subarray(1).toString('base64')])(
      'never repeats a master key that is wrong (%#)',
      (wrong) => {
        expect(refusal({ KLANTWAARDE_MASTER_KEY: wrong })).toBe(
          'KLANTWAARDE_MASTER_KEY is set, but it must be 32 random bytes in base64, as "openssl rand -base64 32" ' +
            'prints them.',
        );
      },
    );

    it('is refused with two master keys', () => {
      const both = { KLANTWAARDE_MASTER_KEY: key.toString('base64'), KLANTWAARDE_MASTER_KEY_FILE: file };
      expect(refusal(both)).toBe(
        'KLANTWAARDE_MASTER_KEY and KLANTWAARDE_MASTER_KEY_FILE are both set: leave one of them out.',
      );
    });

    it.each([
      ['postgres://admin:secret@db', 'postgres://…'],
      ['esdb:admin:secret@db', '…'],
      ['admin:secret@db', '…'],
    ])('never repeats the password of a connection string that is wrong (%#)', (wrong, shown) => {
      expect(refusal({ KLANTWAARDE_LOG: wrong })).toMatch(`KLANTWAARDE_LOG is "${shown}", but it must be sqlite or`);
    });

    it('takes its connection string from a file, so that the password is not in the environment', () => {
      const inFile = join(folder, 'log');
      writeFileSync(inFile, `${log}\n`);
      const given = { KLANTWAARDE_LOG_FILE: inFile, KLANTWAARDE_MASTER_KEY: key.toString('base64') };
      expect(readConfig(given)).toMatchObject({ log, masterKey: key });
      expect(refusal({ KLANTWAARDE_LOG_FILE: inFile })).toMatch(/^KLANTWAARDE_MASTER_KEY_FILE is not set/);
      expect(refusal({ ...given, KLANTWAARDE_LOG: log })).toBe(
        'KLANTWAARDE_LOG and KLANTWAARDE_LOG_FILE are both set: leave one of them out.',
      );
      writeFileSync(inFile, 'admin:secret@db');
      expect(refusal(given)).toBe(
        `KLANTWAARDE_LOG_FILE is "${inFile}", but that file does not hold sqlite or the connection string of an ` +
          'EventStoreDB server or cluster (esdb://… or esdb+discover://…).',
      );
    });

    it('is told to people by its hosts alone', () => {
      const named = (text: string) => addressOf(placeNamed(text, { logPrefix: '', masterKey: key }));
      expect(named(log)).toBe('esdb+discover://db:2113');
      expect(named('esdb://admin:p@ss:w@a:2111,b:2112/?tls=false&token=secret')).toBe('esdb://a:2111,b:2112');
      expect(named('sqlite:/srv/data')).toBe('/srv/data/log.db');
      expect(() => named('mysql://root:secret@db')).toThrow(
        '"mysql:…" names no log: write sqlite:<data folder> or a connection string (esdb://…).',
      );
    });
  });

  it('with a misspelt setting is refused, instead of going on without it', () => {
    expect(refusal({ KLANTWAARDE_DATE: './data' })).toBe(
      'KLANTWAARDE_DATE is not a setting; the settings are PORT, HOST, KLANTWAARDE_DATA, KLANTWAARDE_LOG, ' +
        'KLANTWAARDE_LOG_FILE, KLANTWAARDE_LOG_PREFIX, KLANTWAARDE_MASTER_KEY_FILE, KLANTWAARDE_MASTER_KEY, ' +
        'KLANTWAARDE_TRUSTED_NETWORK, KLANTWAARDE_TIMEZONE and KLANTWAARDE_CURRENCY.',
    );
  });
});
