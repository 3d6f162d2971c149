import { lookup as systemLookup, Resolver } from 'node:dns/promises';
import { setTimeout } from 'node:timers/promises';
import { codeOf } from '../platform/error-code.js';
import { HostsFile } from './hosts-file.js';
import { isLocalhost } from './localhost.js';
import { OutboundError } from './outbound-error.js';

/**
 * The addresses of a name, at least one, best first.
 *
 * @throws OutboundError `dns_nxdomain`, `dns_no_records`, `resolver_unreachable` or `resolver_failed`.
 */
export type Lookup = (name: string) => Promise<readonly string[]>;

/**
 * Finds names as this computer does: in its own list, then with its name servers. Those are asked without
 * `getaddrinfo`, which waits in one of the few threads that Node has: some names whose servers are dead would hold up
 * all others. What they do not know is asked of it in the end, as it knows search domains and other sources.
 */
export function createLookup(options: LookupOptions = {}): Lookup {
  const hosts = new HostsFile(options.hostsFile);
  const servers = new NameServers(options);
  const running = new Map<string, Promise<readonly string[]>>();

  async function find(name: string): Promise<readonly string[]> {
    if (isLocalhost(name)) return ['127.0.0.1', '::1'];
    const listed = await hosts.addressesOf(name);
    if (listed.length > 0) return listed;
    const answer = await servers.addressesOf(name);
    if (answer.addresses.length > 0) return answer.addresses;
    if (answer.isFinal) throw lookupError(name, answer.code);
    return systemAddresses(name);
  }

  return (host) => {
    const name = host.toLowerCase().replace(/\.$/, '');
    const found = running.get(name) ?? find(name).finally(() => running.delete(name));
    running.set(name, found);
    return found;
  };
}

export interface LookupOptions {
  /** The path of this computer's own list. */
  readonly hostsFile?: string;
  /** Name servers as `address:port`, in place of those that this computer uses. */
  readonly servers?: readonly string[];
  /** How long a server has to answer, in ms; each is asked twice. */
  readonly patienceMs?: number;
}

interface ServerAnswer {
  readonly addresses: readonly string[];
  readonly code: string | undefined;
  /** Asking in another way could only take longer. */
  readonly isFinal: boolean;
}

class NameServers {
  private resolver: Resolver;
  private madeAt = performance.now();

  constructor(private readonly options: LookupOptions) {
    this.resolver = this.renewed();
  }

  async addressesOf(name: string): Promise<ServerAnswer> {
    const resolver = this.current();
    const both = [resolver.resolve4(name), resolver.resolve6(name)].map(settled);
    const first = await Promise.race(both);
    // The other family is waited for a little (RFC 8305, 3), when there is something to begin with.
    const rest = Promise.all(both);
    const answers =
      first.addresses.length === 0
        ? await rest
        : await Promise.race([rest, setTimeout(otherFamilyMs, [first], { ref: false })]);
    const failures = answers.flatMap(({ code }) => code ?? []);
    const telling = failures.find((code) => !isNothing(code)) ?? failures[0];
    return {
      addresses: answers.flatMap(({ addresses }) => addresses),
      code: telling,
      isFinal: telling !== undefined && !isNothing(telling),
    };
  }

  /** A resolver reads its servers' addresses once, and they change, as when a network is joined. */
  private current(): Resolver {
    if (performance.now() - this.madeAt > renewEveryMs) {
      this.resolver = this.renewed();
      this.madeAt = performance.now();
    }
    return this.resolver;
  }

  private renewed(): Resolver {
    const { servers, patienceMs = 2_000 } = this.options;
    const resolver = new Resolver({ timeout: patienceMs, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    return resolver;
  }
}

const otherFamilyMs = 50;
const renewEveryMs = 60_000;

async function settled(
  answer: Promise<readonly string[]>,
): Promise<{ addresses: readonly string[]; code: string | undefined }> {
  try {
    return { addresses: await answer, code: undefined };
  } catch (error) {
    return { addresses: [], code: codeOf(error) ?? 'EUNKNOWN' };
  }
}

async function systemAddresses(name: string): Promise<readonly string[]> {
  try {
    const found = await systemLookup(name, { all: true, verbatim: true });
    return found.map(({ address }) => address);
  } catch (error) {
    throw lookupError(name, codeOf(error), error);
  }
}

function isNothing(code: string): boolean {
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

function lookupError(name: string, code: string | undefined, cause?: unknown): OutboundError {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_NONAME':
      return new OutboundError('dns_nxdomain', `There is no host called ${name}`, { cause });
    case 'ENODATA':
    case 'EAI_NODATA':
      return new OutboundError('dns_no_records', `The name ${name} has no address`, { cause });
    case 'ETIMEOUT':
    case 'ECONNREFUSED':
      return new OutboundError('resolver_unreachable', `No name server answered where ${name} is`, {
        cause,
      });
    default:
      return new OutboundError(
        'resolver_failed',
        `The name servers could not find out where ${name} is`,
        { cause },
      );
  }
}
