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
