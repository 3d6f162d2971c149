import { isIP } from 'node:net';
import { parsedUrl } from '../platform/parsed-url.js';
import { type AddressPolicy } from './address-policy.js';
import { destinationOf, endpointOf, type EndpointText } from './destination.js';

/**
 * Says why an address will never be connected to, as far as can be known without looking names up: literal addresses in
 * any spelling, `localhost`, and the names of Watchbook's own servers. For when it is saved; what names lead to is judged
 * at each connection.
 *
 * @param address A URL, or `host`, `host:port`, `[host]:port`; what is none of these has no known problem here.
 * @param defaultPort The port where it names none, and its scheme has none.
 */
export function knownProblem(
  policy: AddressPolicy,
  address: string,
  defaultPort?: number,
): { readonly problem: string } | undefined {
  const endpoint = read(address);
  if (endpoint === undefined) return undefined;
  const { host, port = defaultPort } = endpoint;
  const reason = isIP(host) === 0 ? policy.refusalOfName(host, port) : policy.refusal(host, port);
  return reason === undefined
    ? undefined
    : { problem: `Watchbook does not connect to ${host}: ${reason}` };
}

function read(address: string): EndpointText | undefined {
  const url = /^https?:/i.test(address) ? parsedUrl(address) : undefined;
  if (url !== undefined) return destinationOf(url);
  try {
    return endpointOf(address);
  } catch {
    return undefined;
  }
}
