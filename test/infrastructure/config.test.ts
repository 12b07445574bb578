import { ConfigError, readConfig } from '../../src/infrastructure/config.js';

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
      timeZone: 'America/Port-au-Prince',
      currency: 'GBP',
    });
  });

  it.each([
    ['PORT', '70000', 'it must be a port number from 0 to 65535'],
    ['PORT', 'http', 'it must be a port number from 0 to 65535'],
    ['PORT', '', 'it must be a port number from 0 to 65535'],
    ['KLANTWAARDE_DATA', ' ', 'it must name a folder'],
    ['KLANTWAARDE_LOG', 'postgres', 'it must be sqlite'],
    ['KLANTWAARDE_TIMEZONE', 'Mars/Olympus', 'it must be an IANA time zone such as Europe/Amsterdam'],
    ['KLANTWAARDE_TIMEZONE', '+01:00', 'it must be an IANA time zone such as Europe/Amsterdam'],
    ['KLANTWAARDE_CURRENCY', 'eur', 'it must be an ISO 4217 currency such as EUR'],
    ['KLANTWAARDE_CURRENCY', 'QQQ', 'it must be an ISO 4217 currency such as EUR'],
  ])('with %s set to "%s" is refused in one sentence that names both', (name, value, rest) => {
    expect(refusal({ [name]: value })).toBe(`${name} is "${value}", but ${rest}.`);
  });

  it.each(['0.0.0.0', '192.168.1.10', '::', 'example.com', '', '127.0.0.1.example.com'])(
    'that would let others in (HOST=%s) is refused until there is access control',
    (host) => {
      expect(refusal({ HOST: host })).toMatch(/^HOST is ".*", but it must be an address of this machine itself/);
    },
  );

  it('refuses a cluster for now, without repeating its password', () => {
    const message = refusal({ KLANTWAARDE_LOG: 'esdb://admin:secret@db:2113' });

    expect(message).toBe(
      'KLANTWAARDE_LOG is "esdb://…", but this version keeps its log in an SQLite file only: leave it out or set it to sqlite.',
    );
  });

  it('with a misspelt setting is refused, instead of going on without it', () => {
    expect(refusal({ KLANTWAARDE_DATE: './data' })).toBe(
      'KLANTWAARDE_DATE is not a setting; the settings are PORT, HOST, KLANTWAARDE_DATA, KLANTWAARDE_LOG, ' +
        'KLANTWAARDE_TIMEZONE and KLANTWAARDE_CURRENCY.',
    );
  });
});
