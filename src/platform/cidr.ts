import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Reads a network such as `10.0.0.0/8` or `fd00::/8`, or a single address. Networks of IPv4-mapped addresses become those
 * of IPv4.
 *
 * @returns It as `address/bits`; `undefined` when it is none.
 */
export function parseCidr(text: string): string | undefined {
  const [, base = '', bits] = /^([^/%]+)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  const version = isIP(base);
  if (version === 0) return undefined;
  const length = bits === undefined ? (version === 4 ? 32 : 128) : Number(bits);
  if (length > (version === 4 ? 32 : 128)) return undefined;
  const address = ipaddr.parse(base);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && length >= 96)
    return `${address.toIPv4Address().toString()}/${length - 96}`;
  return `${address.toString()}/${length}`;
}
