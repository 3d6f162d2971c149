import { parsedUrl } from '../parsed-url.js';

/** What a service is checked on. */
export interface Target {
  readonly type: ServiceType;
  /** As its owner wrote it; see `targetProblem` for the form each type wants. */
  readonly url: string;
}

export const serviceTypes = ['http', 'tcp', 'icmp', 'dns'] as const;
export type ServiceType = (typeof serviceTypes)[number];

/** Says what is wrong with a target, in words for its owner; `undefined` when it can be checked. */
export function targetProblem({ type, url }: Target): string | undefined {
  switch (type) {
    case 'http':
      return httpProblem(url);
    case 'tcp':
      return tcpProblem(url);
    case 'icmp':
      return isHost(withoutScheme(url, 'icmp')) ? undefined : 'Write icmp://host, or just the host';
    case 'dns':
      return isDnsName(withoutScheme(url, 'dns'))
        ? undefined
        : 'Write dns://name, or just the name';
  }
}

function httpProblem(url: string): string | undefined {
  const form = 'Write a full address, such as https://example.org/health';
  // URL parsers disagree on backslashes; no two readers shall see different hosts in one address.
  const address = parsedUrl(url);
  if (!/^https?:\/\/[^/]/i.test(url) || /[\s\p{Cc}\\]/u.test(url) || address === undefined)
    return form;
  const { hostname, port } = address;
  if (/^[^/]*\/\/[^/?#]*@/.test(url))
    return 'Leave the user name and password out: everyone who may see the service would see them';
  if (port === '0') return 'The port must be 1 to 65535';
  return isHost(hostname) ? undefined : form;
}

function tcpProblem(url: string): string | undefined {
  const form = 'Write tcp://host:port, or host:port';
  const match = /^(?<host>.+):(?<port>[0-9]{1,5})$/.exec(withoutScheme(url, 'tcp'));
  const { host = '', port = '' } = match?.groups ?? {};
  if (!isHost(host)) return form;
  return Number(port) >= 1 && Number(port) <= 65_535 ? undefined : 'The port must be 1 to 65535';
}

function withoutScheme(url: string, scheme: string): string {
  const prefix = `${scheme}://`;
  return url.toLowerCase().startsWith(prefix) ? url.slice(prefix.length) : url;
}

/** A host name, also an international one, an IPv4 address, or an IPv6 address in brackets. */
function isHost(text: string): boolean {
  if (/^\[[0-9a-fA-F:.]{2,45}\]$/.test(text)) return parsedUrl(`http://${text}/`) !== undefined;
  return isDnsName(text);
}

/** As RFC 1123 has it, and with underscores, as `_dmarc.example.org`. What counts is the ASCII form that is sent. */
function isDnsName(text: string): boolean {
  const address = parsedUrl(`http://${text}/`);
  if (/[\s\p{Cc}/\\?#@:%[\]]/u.test(text) || address === undefined) return false;
  const name = address.hostname.replace(/\.$/, '');
  return (
    name.length <= 253 &&
    name.split('.').every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label))
  );
}
