import { invalid } from '../domain-error.js';
import { type ServiceType } from './target.js';

/** What an answer must look like to count as up. TCP and ICMP expect nothing beyond an answer. */
export type Expectation =
  | {
      readonly type: 'http';
      readonly method: HttpMethod;
      readonly headers: Readonly<Record<string, string>>;
      /** Accepted codes: single ones, or inclusive ranges such as `200-299`. */
      readonly status: readonly (number | string)[];
      readonly bodyContains: string | null;
    }
  | {
      readonly type: 'dns';
      readonly recordType: DnsRecordType;
      /** Answers that must all be there; empty: any answer will do. */
      readonly answers: readonly string[];
      /** `host` or `host:port` of the name server to ask; null: the system's. */
      readonly resolver: string | null;
    }
  | { readonly type: 'tcp' }
  | { readonly type: 'icmp' };

export const httpMethods = ['GET', 'HEAD', 'POST', 'OPTIONS'] as const;
export type HttpMethod = (typeof httpMethods)[number];

export const dnsRecordTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT', 'SRV', 'SOA'] as const;
export type DnsRecordType = (typeof dnsRecordTypes)[number];

export function defaultExpectation(type: ServiceType): Expectation {
  switch (type) {
    case 'http':
      return { type, method: 'GET', headers: {}, status: ['200-299'], bodyContains: null };
    case 'dns':
      return { type, recordType: 'A', answers: [], resolver: null };
    case 'tcp':
    case 'icmp':
      return { type };
  }
}

/** What somebody may say about the answer they expect, whatever the type; what does not fit the type is refused. */
export interface ExpectationParts {
  readonly method?: HttpMethod | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly status?: readonly (number | string)[] | undefined;
  readonly bodyContains?: string | null | undefined;
  readonly recordType?: DnsRecordType | undefined;
  readonly answers?: readonly string[] | undefined;
  readonly resolver?: string | null | undefined;
}

/**
 * The whole expectation, with defaults for what was not said.
 *
 * @throws DomainError `invalid-fields` for parts that mean nothing to a service of this type.
 */
export function expectationOf(type: ServiceType, parts: ExpectationParts): Expectation {
  const known: readonly string[] = partsOf[type];
  const stranger = Object.entries(parts).find(
    ([part, value]) => value !== undefined && !known.includes(part),
  );
  if (stranger !== undefined)
    throw invalid(`expect.${stranger[0]}`, `This means nothing to a service of type ${type}`);

  const basis = defaultExpectation(type);
  switch (basis.type) {
    case 'http': {
      const { method = basis.method, headers = basis.headers, status = basis.status } = parts;
      return { type: 'http', method, headers, status, bodyContains: parts.bodyContains ?? null };
    }
    case 'dns': {
      const { recordType = basis.recordType, answers = basis.answers } = parts;
      return { type: 'dns', recordType, answers, resolver: parts.resolver ?? null };
    }
    case 'tcp':
    case 'icmp':
      return basis;
  }
}

const partsOf = {
  http: ['method', 'headers', 'status', 'bodyContains'],
  dns: ['recordType', 'answers', 'resolver'],
  tcp: [],
  icmp: [],
} as const;
