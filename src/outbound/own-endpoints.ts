import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { type Lookup } from './name-lookup.js';

export interface Endpoint {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
}

/**
 * The database and the event store of this Watchbook, by name and by address. Names may come to lead elsewhere: they are
 * looked up again now and then, and what they led to last counts until then.
 */
export class OwnEndpoints {
  private readonly known: { readonly endpoint: Endpoint; addresses: readonly string[] }[];
  private refreshedAt = 0;

  constructor(
    endpoints: readonly Endpoint[],
    private readonly lookup: Lookup,
  ) {
    this.known = endpoints.map((endpoint) => ({ endpoint, addresses: [] }));
  }

  /** Looks all names up. One that cannot be found keeps the addresses it had. */
  async refresh(): Promise<void> {
    this.refreshedAt = performance.now();
    await Promise.all(
      this.known.map(async (entry) => {
        const { host } = entry.endpoint;
        entry.addresses = await addressesOf(host, this.lookup).catch(() => entry.addresses);
      }),
    );
  }

  /** @param address As ipaddr.js writes it. */
  includes(address: string, port: number | undefined): boolean {
    const candidates = this.known.filter(({ endpoint }) => endpoint.port === port);
    if (candidates.length === 0) return false;
    const isKnown = candidates.every(({ addresses }) => addresses.length > 0);
    if (performance.now() - this.refreshedAt > (isKnown ? refreshEveryMs : retryEveryMs))
      void this.refresh();
    // What listens on this computer may do so at all of its addresses.
    const here = addressesOfThisComputer();
    return candidates.some(
      ({ addresses }) =>
        // Where a name leads is not known yet: it may lead anywhere.
        addresses.length === 0 ||
        addresses.includes(address) ||
        (isHere(address, here) && addresses.some((other) => isHere(other, here))),
    );
  }

  includesName(name: string, port: number | undefined): boolean {
    return this.known.some(
      ({ endpoint }) => endpoint.port === port && bare(endpoint.host) === bare(name),
    );
  }
}

const refreshEveryMs = 30_000;
const retryEveryMs = 1_000;

async function addressesOf(host: string, lookup: Lookup): Promise<readonly string[]> {
  if (host.startsWith('/')) return ['127.0.0.1'];
  const addresses = isIP(host) === 0 ? await lookup(host) : [host];
  return addresses.map((address) => ipaddr.process(address).toString());
}

function addressesOfThisComputer(): ReadonlySet<string> {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return new Set(interfaces.map(({ address }) => ipaddr.process(address).toString()));
}

function isHere(address: string, here: ReadonlySet<string>): boolean {
  // `0.0.0.0` and `::`, as where a server listens, are all of them.
  return here.has(address) || ['loopback', 'unspecified'].includes(ipaddr.parse(address).range());
}

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
