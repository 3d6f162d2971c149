import { type Found } from '../../domain/health/outcome.js';
import { type Expectation } from '../../domain/services/expectation.js';
import { type Target } from '../../domain/services/target.js';
import { type AddressPolicy } from '../../outbound/address-policy.js';
import { type CauseCode, outcomeOf } from './causes.js';
import { withinDeadline } from './deadline.js';
import { probeDns } from './dns.js';
import {
  type Details,
  failure,
  type Finding,
  type PhaseTimings,
  type ProbeContext,
  type ProbeOptions,
} from './finding.js';
import { probeHttp } from './http.js';
import { probeIcmp } from './icmp.js';
import { probeTcp } from './tcp.js';

export interface ProbeRequest {
  readonly target: Target;
  /** Of the target's type. */
  readonly expectation: Expectation;
  /** For all of it, from the start on. */
  readonly timeoutMs: number;
}

export interface ProbeResult {
  /** Whether it is slow is decided elsewhere, from `latencyMs`. `unknown`: it could not be checked. */
  readonly outcome: Found;
  readonly code: CauseCode;
  /** For people: "Connection refused by 10.0.0.3:443". */
  readonly message: string;
  /** In whole ms, until the answer was complete enough to judge; null when there was none. */
  readonly latencyMs: number | null;
  /** In ms, to a tenth. */
  readonly timings: PhaseTimings & { readonly total: number };
  readonly details: Details;
}

/** Checks a service once. It rejects for bugs only: whatever the target does is a result. */
export type Probe = (request: ProbeRequest, signal: AbortSignal) => Promise<ProbeResult>;

/** A probe for targets of all types, which connects to nothing but what the policy allows. */
export function createProbe(policy: AddressPolicy, options: ProbeOptions = {}): Probe {
  return async (request, outer) => {
    const { timeoutMs } = request;
    const startedAt = performance.now();
    const elapsed = (): number => performance.now() - startedAt;
    const finding = await withinDeadline(outer, timeoutMs, (signal) =>
      look(request, { policy, options, signal, elapsed, timeoutMs }).catch(failure),
    );
    const wasCancelled = outer.aborted && finding.code !== 'ok';
    return result(wasCancelled ? cancelled : finding, timeoutMs, elapsed());
  };
}

async function look(
  { target: { url }, expectation }: ProbeRequest,
  context: ProbeContext,
): Promise<Finding> {
  switch (expectation.type) {
    case 'http':
      return probeHttp(url, expectation, context);
    case 'tcp':
      return probeTcp(url, context);
    case 'icmp':
      return probeIcmp(url, context);
    case 'dns':
      return probeDns(url, expectation, context);
  }
}

const cancelled: Finding = { code: 'cancelled', message: 'Watchbook was stopped during the check' };

function result(
  { details = {}, ...finding }: Finding,
  timeoutMs: number,
  total: number,
): ProbeResult {
  const { code, message, latencyMs, timings } = finding;
  return {
    outcome: outcomeOf(code),
    code,
    message: code === 'timeout' ? `${message} within ${timeoutMs / 1000} s` : message,
    latencyMs: latencyMs === undefined ? null : Math.round(latencyMs),
    timings: { ...rounded(timings), total: tenths(total) },
    details,
  };
}

function rounded(timings: PhaseTimings = {}): PhaseTimings {
  const phases = Object.entries<number>({ ...timings });
  return Object.fromEntries(phases.map(([phase, ms]): [string, number] => [phase, tenths(ms)]));
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
