import { type Expectation } from '../../../../src/domain/services/expectation.js';
import { type Probe, type ProbeResult } from '../../../../src/monitoring/probes/probe.js';

/** Generous: for what must not take any time at all, on a machine that has much else to do. */
export const longMs = 20_000;
/** For what is there to end at the deadline. */
export const shortMs = 400;

type Parts<Type extends Expectation['type']> = Partial<
  Omit<Extract<Expectation, { type: Type }>, 'type'>
>;

const never = new AbortController().signal;

export interface Checking {
  readonly http: (url: string, parts?: Parts<'http'>, timeoutMs?: number) => Promise<ProbeResult>;
  readonly tcp: (url: string, timeoutMs?: number) => Promise<ProbeResult>;
  readonly icmp: (url: string, timeoutMs?: number) => Promise<ProbeResult>;
  readonly dns: (url: string, parts?: Parts<'dns'>, timeoutMs?: number) => Promise<ProbeResult>;
}

/** Checks in few words, with what a service has by default. */
export function checking(probe: Probe, signal: AbortSignal = never): Checking {
  return {
    http(url, parts = {}, timeoutMs = longMs) {
      const usual = {
        method: 'GET' as const,
        headers: {},
        status: ['200-299'],
        bodyContains: null,
      };
      const expectation = { type: 'http' as const, ...usual, ...parts };
      return probe({ target: { type: 'http', url }, expectation, timeoutMs }, signal);
    },
    tcp: (url, timeoutMs = longMs) =>
      probe({ target: { type: 'tcp', url }, expectation: { type: 'tcp' }, timeoutMs }, signal),
    icmp: (url, timeoutMs = longMs) =>
      probe({ target: { type: 'icmp', url }, expectation: { type: 'icmp' }, timeoutMs }, signal),
    dns(url, parts = {}, timeoutMs = longMs) {
      const usual = { recordType: 'A' as const, answers: [], resolver: null };
      const expectation = { type: 'dns' as const, ...usual, ...parts };
      return probe({ target: { type: 'dns', url }, expectation, timeoutMs }, signal);
    },
  };
}
