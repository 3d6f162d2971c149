import { type Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type DnsRecordType } from '../../domain/services/expectation.js';

/** The records of a name as one text each, written as in a zone file, without the dots at the ends of names. */
export async function recordTexts(
  resolver: Resolver,
  name: string,
  type: DnsRecordType,
): Promise<readonly string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(name);
    case 'AAAA':
      return resolver.resolve6(name);
    case 'CNAME':
      return resolver.resolveCname(name);
    case 'NS':
      return resolver.resolveNs(name);
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((pieces) => pieces.join(''));
    case 'MX':
      return (await resolver.resolveMx(name)).map(
        ({ priority, exchange }) => `${priority} ${exchange}`,
      );
    case 'SRV':
      return (await resolver.resolveSrv(name)).map(
        ({ priority, weight, port, name: host }) => `${priority} ${weight} ${port} ${host}`,
      );
    case 'SOA': {
      const soa = await resolver.resolveSoa(name);
      const { nsname, hostmaster, serial, refresh, retry, expire, minttl } = soa;
      return [[nsname, hostmaster, serial, refresh, retry, expire, minttl].join(' ')];
    }
  }
}

/**
 * Which of the expected answers are not among the records. Addresses and names are compared by what they mean, texts as
 * they are. Of MX and SRV records, the host alone will do; of SOA records, the primary name server.
 */
export function missingAnswers(
  type: DnsRecordType,
  records: readonly string[],
  expected: readonly string[],
): readonly string[] {
  const known = new Set(records.flatMap((record) => readings(type, record)));
  return expected.filter((answer) => !known.has(normal(type, answer)));
}

/** The ways in which somebody may have written a record. */
function readings(type: DnsRecordType, record: string): readonly string[] {
  const whole = normal(type, record);
  const parts = whole.split(' ');
  switch (type) {
    case 'MX':
    case 'SRV':
      return [whole, parts.at(-1) ?? ''];
    case 'SOA':
      return [whole, parts[0] ?? ''];
    default:
      return [whole];
  }
}

function normal(type: DnsRecordType, text: string): string {
  switch (type) {
    case 'A':
    case 'AAAA':
      return isIP(text) === 0 ? text : ipaddr.parse(text).toString();
    case 'TXT':
      return text.replace(/^"(.*)"$/s, '$1');
    default:
      return text
        .toLowerCase()
        .trim()
        .split(/\s+/)
        .map((part) => part.replace(/\.$/, ''))
        .join(' ');
  }
}
