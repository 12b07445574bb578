/** What a connection string says. The login is kept apart from the rest: only the calls themselves need it. */
export interface EsdbAddress {
  /** Connection string without login, as the client reads it. */
  readonly text: string;
  /** `esdb://host:port[,…]`: safe to be shown. */
  readonly described: string;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  /** Over TLS, which is the default. */
  readonly isSecure: boolean;
  /** The same options and login at one other server, such as the leader that a follower names. */
  at(host: string, port: number): EsdbAddress;
}

const DEFAULT_PORT = 2113;

/** What the client knows and this log passes on, by the kind of value. Names are spelt in any case, with `-` or `_`. */
const OPTIONS: Readonly<Record<string, 'number' | 'flag' | 'text'>> = {
  tls: 'flag',
  tlscafile: 'text',
  usercertfile: 'text',
  userkeyfile: 'text',
  connectionname: 'text',
  nodepreference: 'text',
  maxdiscoverattempts: 'number',
  discoveryinterval: 'number',
  gossiptimeout: 'number',
  keepaliveinterval: 'number',
  keepalivetimeout: 'number',
};

/** Settled by this log itself, whatever the string says. */
const OWN = ['throwonappendfailure', 'defaultdeadline'];

/** Seconds. A silent node must not hold up the search for a leader for as long as the client's own 5. */
const GOSSIP_TIMEOUT = 'gossiptimeout=2';

const PARTS = /^(esdb(?:\+discover)?):\/\/(?:([^@?]*)@)?([^/?@]+)\/?(?:\?(.*))?$/s;

/** `esdb://host:port[,…]` of a connection string: without its login and options. */
export function describeConnection(connectionString: string): string {
  const [, protocol = 'esdb', , hosts = '?'] = PARTS.exec(connectionString.trim()) ?? [];
  return `${protocol}://${hosts}`;
}

/**
 * Takes a connection string apart. The client would do so as well, but shows the whole string, with the password, when
 * it doesn't like an option.
 * @throws Error, one sentence without the login
 */
export function parseConnectionString(connectionString: string): EsdbAddress {
  const match = PARTS.exec(connectionString.trim());
  if (!match) {
    throw bad('must look like esdb://host:2113 or esdb+discover://user:password@host:2113?tls=true');
  }
  const [, protocol = '', login, hosts = '', query = ''] = match;
  for (const host of hosts.split(',')) {
    const port = /^[^\s:]+(?::(\d{1,5}))?$/.exec(host.trim());
    if (!port || Number(port[1] ?? DEFAULT_PORT) > 65_535) throw bad(`names "${host}", which is not host:port`);
  }
  const options = query === '' ? [] : query.split('&').flatMap(option);
  return address(protocol, hosts, options, login === undefined ? undefined : credentialsOf(login));
}

function address(
  protocol: string,
  hosts: string,
  options: readonly string[],
  credentials: EsdbAddress['credentials'],
): EsdbAddress {
  const described = `${protocol}://${hosts}`;
  const hasGossipTimeout = options.some((each) => each.startsWith('gossiptimeout='));
  return {
    text: `${described}?${[...options, ...(hasGossipTimeout ? [] : [GOSSIP_TIMEOUT])].join('&')}`,
    described,
    credentials,
    isSecure: !options.some((each) => /^tls=false$/i.test(each)),
    at: (host, port) => address('esdb', `${host}:${port}`, options, credentials),
  };
}

function option(pair: string): string[] {
  const [name = '', value = ''] = pair.split('=', 2);
  const key = name.trim().toLowerCase().replace(/[_-]/g, '');
  if (OWN.includes(key)) return [];
  if (key === 'tlsverifycert') {
    if (value.trim() !== 'false') return [];
    throw bad('says tlsVerifyCert=false, which the client does not do: name the authority with tlsCAFile instead');
  }
  const kind = Object.hasOwn(OPTIONS, key) ? OPTIONS[key] : undefined;
  if (!kind) throw bad(`has an option "${name}" that is not known`);
  if (value.trim() === '') throw bad(`has an option "${name}" without a value`);
  if (kind === 'number' && !/^-?\d+$/.test(value.trim())) throw bad(`has an option "${name}" that must be a number`);
  if (kind === 'flag' && !/^(true|false)$/.test(value.trim()))
    throw bad(`has an option "${name}" that must be true or false`);
  return [`${key}=${value.trim()}`];
}

function credentialsOf(login: string): EsdbAddress['credentials'] {
  const colon = login.indexOf(':');
  try {
    const username = decodeURIComponent(login.slice(0, Math.max(colon, 0)));
    const password = decodeURIComponent(login.slice(colon + 1));
    if (username !== '' && password !== '') return { username, password };
  } catch {
    // Said below, without what could not be decoded.
  }
  throw bad(
    'has a login that is not user:password; other characters than letters and digits are written as %40 and the like',
  );
}

function bad(what: string): Error {
  return new Error(`The connection string of EventStoreDB ${what}.`);
}
