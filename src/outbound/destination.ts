import { parsedUrl } from '../platform/parsed-url.js';
import { type Destination } from './guarded-connect.js';

/** Where a URL of HTTP leads to. */
export function destinationOf({ protocol, hostname, port }: URL): Destination {
  const isSecure = protocol === 'https:';
  return {
    host: withoutBrackets(hostname),
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    isSecure,
  };
}

export interface EndpointText {
  /** As it is asked for in the DNS, or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * Takes `host`, `host:port` or `[address]:port` apart, with any scheme before it and any path behind it. Hosts are read
 * as the parser of URLs does: international names in ASCII, and `0x7f.1`, `2130706433` and `127.1` all as 127.0.0.1.
 *
 * @throws Error when it is none of these.
 */
export function endpointOf(text: string): EndpointText {
  const authority = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)/i.exec(text)?.[1] ?? '';
  const [, host = '', port] = /^(.*?)(?::([0-9]{1,5}))?$/s.exec(authority) ?? [];
  const url = parsedUrl(`http://${host}/`);
  if (url === undefined) throw new Error('An address was saved that is none');
  return {
    host: withoutBrackets(url.hostname),
    port: port === undefined ? undefined : Number(port),
  };
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
