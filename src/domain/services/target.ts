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
  if (!/^https?:\/\/[^/\\]/i.test(url) || /\s/.test(url) || !URL.canParse(url)) return form;
  const { hostname, username, password } = new URL(url);
  if (username !== '' || password !== '')
    return 'Leave the user name and password out: everyone who may see the service would see them';
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

/** A host name (RFC 1123), an IPv4 address, or an IPv6 address in brackets. */
function isHost(text: string): boolean {
  if (/^\[[0-9a-fA-F:.]{2,45}\]$/.test(text)) return URL.canParse(`http://${text}/`);
  return isHostName(text) && URL.canParse(`http://${text}/`);
}

function isHostName(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  return (
    text.length <= 253 && labels.every((label) => /^(?!-)[\p{L}\p{N}_-]{1,63}(?<!-)$/u.test(label))
  );
}

/** Names in the DNS may have underscores, as `_dmarc.example.org`. */
function isDnsName(text: string): boolean {
  return isHostName(text);
}
