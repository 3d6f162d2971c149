/** Where an EventStoreDB or KurrentDB is, and how to get in: what its connection string says. */
export interface EventStoreAddress {
  /** For people: scheme and hosts, no credentials. */
  readonly shown: string;
  readonly hosts: readonly Host[];
  /** The one host stands for the whole cluster, and any of its nodes tells where the others are. */
  readonly isDiscovered: boolean;
  /** `undefined`: not encrypted. */
  readonly tls: TlsFiles | undefined;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

export interface Host {
  readonly address: string;
  readonly port: number;
}

/** Paths of PEM files. */
export interface TlsFiles {
  /** Who signed the server's certificate, where that is nobody public. */
  readonly ca: string | undefined;
  /** The client's certificate and its key; both or none. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/**
 * Reads `esdb://user:password@host:2113,host:2113?tls=false` and the like, as EventStoreDB and KurrentDB document it.
 * Of the options, those about TLS count; deadlines, retries, keepalive and which node to prefer are for the adapter.
 *
 * @throws Error whose message says what is wrong, and quotes nothing: there may be a password in it.
 */
export function parseEventStoreAddress(text: string): EventStoreAddress {
  const parts = /^(esdb|kurrentdb)(\+discover)?:\/\/(?:([^@/?]*)@)?([^@/?]+)\/?(?:\?(.*))?$/.exec(
    text,
  );
  const [, scheme = '', discover, user, hostList = '', query = ''] = parts ?? [];
  if (parts === null) throw new Error(form);
  const isDiscovered = discover !== undefined;
  const hosts = hostList.split(',').map(parseHost);
  if (isDiscovered && hosts.length > 1)
    throw new Error('Must name one host only, with +discover: the name of the cluster');
  const options = parseOptions(query);
  return {
    shown: `${scheme}${discover ?? ''}://${hosts.map(({ address, port }) => `${address}:${port}`).join(',')}`,
    hosts,
    isDiscovered,
    tls: options.get('tls') === 'false' ? undefined : tlsFiles(options),
    credentials: user === undefined ? undefined : parseCredentials(user),
  };
}

const form =
  'Must be a connection string such as esdb://host:2113?tls=false or esdb://user:password@one:2113,two:2113 (leave it out to keep events in Postgres)';

const defaultPort = '2113';

function parseHost(text: string): Host {
  const [, address, port = defaultPort] = /^([a-z0-9._-]+)(?::([0-9]{1,5}))?$/i.exec(text) ?? [];
  if (address === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new Error('Must list hosts as host:port, with commas between them');
  return { address, port: Number(port) };
}

function parseCredentials(text: string): EventStoreAddress['credentials'] {
  const [, username, password] = /^([^:]+):(.+)$/.exec(text) ?? [];
  if (username === undefined || password === undefined)
    throw new Error('Must have user:password before the @');
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw new Error('Must have user and password percent-encoded, a % itself as %25');
  }
}

/** As the servers' own clients write and compare them: without regard to case, hyphens and underscores. */
const known = [
  ...['tls', 'tlsVerifyCert', 'tlsCaFile', 'userCertFile', 'userKeyFile', 'nodePreference'],
  ...['connectionName', 'defaultDeadline', 'throwOnAppendFailure', 'keepAliveInterval'],
  ...['keepAliveTimeout', 'maxDiscoverAttempts', 'discoveryInterval', 'gossipTimeout'],
];

function parseOptions(query: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const flat = name.toLowerCase().replace(/[-_]/g, '');
    if (!known.some((option) => option.toLowerCase() === flat))
      throw new Error(`Must have no options after the ? but ${known.join(', ')}`);
    options.set(flat, value);
  }
  for (const name of ['tls', 'tlsverifycert'])
    if (!/^(true|false)$/.test(options.get(name) ?? 'true'))
      throw new Error('Must have true or false for tls and tlsVerifyCert');
  if (options.get('tlsverifycert') === 'false')
    throw new Error('Cannot do without checking certificates: name their signer with tlsCaFile');
  return options;
}

function tlsFiles(options: ReadonlyMap<string, string>): TlsFiles {
  const [certificate, key] = [options.get('usercertfile'), options.get('userkeyfile')];
  if ((certificate === undefined) !== (key === undefined))
    throw new Error('Must have both userCertFile and userKeyFile, or neither');
  return { ca: options.get('tlscafile'), certificate, key };
}
