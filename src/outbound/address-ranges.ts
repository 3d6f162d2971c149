import ipaddr from 'ipaddr.js';
import { type Address, isWrapping } from './addresses.js';

/** What an address is for, as far as it matters to whoever wants to connect to it. */
export interface Range {
  readonly kind: 'public' | 'private' | 'loopback' | 'forbidden';
  /** For people: "a link-local address". */
  readonly words: string;
}

/** The narrowest range that a single address is in. What wraps an IPv4 address counts as public: the other one decides. */
export function rangeOf(address: Address): Range {
  const special = ranges.find(
    ({ cidr: [base, bits] }) => base.kind() === address.kind() && address.match([base, bits]),
  );
  if (special !== undefined) return special;
  const isUnassigned = address instanceof ipaddr.IPv6 && !address.match(globalUnicast);
  return isUnassigned && !isWrapping(address) ? reserved : anywhere;
}

const anywhere: Range = { kind: 'public', words: 'a public address' };
const reserved: Range = { kind: 'forbidden', words: 'a reserved address' };
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

const metadata = 'where clouds hand out metadata and credentials';

/** From the IANA registries of special-purpose addresses (RFC 6890 and later); narrow ones first. */
const ranges = [
  ...all('forbidden', `an address ${metadata}`, [
    // Alibaba Cloud, Oracle Cloud, Azure; Amazon's and Google's over IPv6.
    ...['100.100.100.200/32', '192.0.0.192/32', '168.63.129.16/32'],
    ...['fd00:ec2::/32', 'fd20:ce::254/128'],
  ]),
  ...all('forbidden', `a link-local address, ${metadata}`, ['169.254.0.0/16', 'fe80::/10']),
  ...all('forbidden', 'the broadcast address', ['255.255.255.255/32']),
  ...all('forbidden', 'a multicast address', ['224.0.0.0/4', 'ff00::/8']),
  ...all('forbidden', 'an address that means "this network"', ['0.0.0.0/8', '::/128']),
  ...all('forbidden', 'a reserved address', [
    ...['240.0.0.0/4', '192.0.0.0/24', '192.88.99.0/24'],
    ...['100::/64', '2001:10::/28', '2001:20::/28'],
  ]),
  ...all('loopback', 'a loopback address', ['127.0.0.0/8', '::1/128']),
  ...all('private', 'an address for documentation and tests', [
    ...['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '198.18.0.0/15'],
    ...['2001:db8::/32', '3fff::/20', '2001:2::/48'],
  ]),
  ...all('private', 'a private address', [
    ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
    ...['fc00::/7', 'fec0::/10'],
  ]),
];

function all(
  kind: Range['kind'],
  words: string,
  cidrs: readonly string[],
): (Range & { readonly cidr: [Address, number] })[] {
  return cidrs.map((cidr) => ({ kind, words, cidr: ipaddr.parseCIDR(cidr) }));
}
