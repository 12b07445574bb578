import { describeConnection, parseConnectionString } from '../../../src/infrastructure/esdb/connection-string.js';
import { EsdbEventLog } from '../../../src/infrastructure/esdb/esdb-event-log.js';

const SECRET = 'gehe1m';

describe('The connection string of EventStoreDB', () => {
  it('keeps the login apart from what the client is told and from what is shown', () => {
    const address = parseConnectionString(
      `esdb+discover://anna:${SECRET}%40@one:2113,two?tls=true&keepAliveInterval=10000`,
    );

    expect(address.credentials).toEqual({ username: 'anna', password: `${SECRET}@` });
    expect(address.text).toBe('esdb+discover://one:2113,two?tls=true&keepaliveinterval=10000&gossiptimeout=2');
    expect(address.described).toBe('esdb+discover://one:2113,two');
    expect(describeConnection(`esdb://anna:${SECRET}@one:2113?tls=false`)).toBe('esdb://one:2113');
    expect(describeConnection(`nonsense ${SECRET}`)).not.toContain(SECRET);
  });

  it('names another server with the same options and login', () => {
    const leader = parseConnectionString(`esdb+discover://anna:${SECRET}@one,two?tls=false`).at('leader', 2114);

    expect(leader.text).toBe('esdb://leader:2114?tls=false&gossiptimeout=2');
    expect(leader.credentials?.password).toBe(SECRET);
    expect(leader.isSecure).toBe(false);
  });

  it.each([
    ['postgres://anna:gehe1m@one', 'must look like'],
    ['esdb://', 'must look like'],
    ['esdb://anna:gehe1m@one:70000', 'not host:port'],
    ['esdb://anna:gehe1m@one:1:2', 'not host:port'],
    ['esdb://anna@one', 'user:password'],
    ['esdb://:gehe1m@one', 'user:password'],
    ['esdb://anna:gehe1m%zz@one', 'user:password'],
    ['esdb://anna:gehe1m@one?tlss=false', '"tlss"'],
    ['esdb://anna:gehe1m@one?tls=maybe', '"tls"'],
    ['esdb://anna:gehe1m@one?tls=', '"tls"'],
    ['esdb://anna:gehe1m@one?keepAliveInterval=soon', 'a number'],
    ['esdb://anna:gehe1m@one?tlsVerifyCert=false', 'tlsCAFile'],
    ['esdb://anna:gehe1m@one?nodePreference=best', 'best'],
    ['esdb://anna:gehe1m@one?tlsCAFile=/nowhere/ca.crt', 'certificate'],
  ])('refuses %s in a sentence that says what is wrong and never shows the password', async (text, telling) => {
    const printed: unknown[] = [];
    const { warn } = console;
    console.warn = (...words) => printed.push(...words);

    const error = await EsdbEventLog.open({ connectionString: text }).catch((reason: Error) => reason);

    console.warn = warn;
    expect(error).toBeInstanceOf(Error);
    const { message, stack, cause } = error as Error;
    expect(message).toContain(telling);
    expect(message).toMatch(/^The connection string of EventStoreDB .*\.$/);
    expect(JSON.stringify([message, stack, cause, Object.entries(error), ...printed])).not.toContain(SECRET);
    expect(printed).toEqual([]);
  });
});
