import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * The address, and every IPv4 address that traffic to it can end at. IPv6 has many ways to wrap one, and what is
 * forbidden plainly is forbidden wrapped.
 *
 * @returns Empty when the text is no address.
 */
export function formsOf(text: string): readonly Address[] {
  if (isIP(text) === 0) return [];
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4 || isUnspecifiedOrLoopback(address)) return [address];
  const inside = wrappings.flatMap(({ range, unwrap }) =>
    address.match(range) ? unwrap(address.parts) : [],
  );
  return [address, ...inside, ...isatap(address.parts)];
}

/** Whether an IPv6 address says nothing itself, and only the IPv4 address inside counts. */
export function isWrapping(address: Address): boolean {
  if (address instanceof ipaddr.IPv4 || isUnspecifiedOrLoopback(address)) return false;
  return wrappings.some(({ range }) => address.match(range));
}

type Unwrap = (parts: readonly number[]) => readonly ipaddr.IPv4[];

const wrappings: readonly { readonly range: [ipaddr.IPv6, number]; readonly unwrap: Unwrap }[] = [
  // IPv4-mapped (RFC 4291, 2.5.5.2), and what RFC 2765 called IPv4-translated.
  { range: ipv6Range('::ffff:0:0/96'), unwrap: lastBits },
  { range: ipv6Range('::ffff:0:0:0/96'), unwrap: lastBits },
  // IPv4-compatible (RFC 4291, 2.5.5.1). `::` and `::1` lie in there, and are something else.
  { range: ipv6Range('::/96'), unwrap: lastBits },
  // NAT64: the well-known prefix (RFC 6052), and the one for local use (RFC 8215).
  { range: ipv6Range('64:ff9b::/96'), unwrap: lastBits },
  { range: ipv6Range('64:ff9b:1::/48'), unwrap: localNat64 },
  // 6to4 (RFC 3056).
  { range: ipv6Range('2002::/16'), unwrap: (parts) => [ipv4(parts, 16)] },
  // Teredo (RFC 4380): the server, and the client with all bits turned over.
  {
    range: ipv6Range('2001::/32'),
    unwrap: (parts) => [
      ipv4(parts, 32),
      ipv4(
        parts.map((part) => part ^ 0xffff),
        96,
      ),
    ],
  },
];

function lastBits(parts: readonly number[]): readonly ipaddr.IPv4[] {
  return [ipv4(parts, 96)];
}

/**
 * Where in it the IPv4 address stands, depends on the length of the prefix that a network chose (RFC 6052, 2.2), and
 * nobody can tell from outside: all of them are taken. Of those that were not chosen, most are small numbers.
 */
function localNat64(parts: readonly number[]): readonly ipaddr.IPv4[] {
  const guesses = [48, 56, 64].map((start) => ipv4(withoutBits64To71(parts), start));
  return [ipv4(parts, 96), ...guesses.filter(({ octets }) => octets[0] !== 0)];
}

/** RFC 6052 leaves these bits out of what it embeds. */
function withoutBits64To71(parts: readonly number[]): readonly number[] {
  const bytes = parts.flatMap((part) => [part >> 8, part & 0xff]);
  bytes.splice(8, 1);
  bytes.push(0);
  return parts.map((_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0));
}

/** ISATAP (RFC 5214): any prefix, then an interface identifier with the IPv4 address in it. */
function isatap(parts: readonly number[]): readonly ipaddr.IPv4[] {
  const [high = 0, low] = parts.slice(4, 6);
  return (high & ~0x0200) === 0 && low === 0x5efe ? [ipv4(parts, 96)] : [];
}

/** @param start The bit it begins at, a multiple of 8. */
function ipv4(parts: readonly number[], start: number): ipaddr.IPv4 {
  const bytes = parts.flatMap((part) => [part >> 8, part & 0xff]);
  return new ipaddr.IPv4(bytes.slice(start / 8, start / 8 + 4));
}

function isUnspecifiedOrLoopback({ parts }: ipaddr.IPv6): boolean {
  return parts.slice(0, 7).every((part) => part === 0) && (parts[7] ?? 0) <= 1;
}

function ipv6Range(cidr: string): [ipaddr.IPv6, number] {
  return ipaddr.IPv6.parseCIDR(cidr);
}
