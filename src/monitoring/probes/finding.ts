import { type Expectation } from '../../domain/services/expectation.js';
import { type AddressPolicy } from '../../outbound/address-policy.js';
import { type OutboundOptions } from '../../outbound/guarded-connect.js';
import { type Certificate, OutboundError } from '../../outbound/outbound-error.js';
import { type CauseCode } from './causes.js';

/** What a probe found out, before the clock is looked at for the last time. */
export interface Finding {
  readonly code: CauseCode;
  readonly message: string;
  /** In ms, until the answer was complete enough to judge; absent when there was none. */
  readonly latencyMs?: number;
  readonly timings?: PhaseTimings;
  readonly details?: Details;
}

/** In ms, each phase by itself; of several requests, their sums. */
export interface PhaseTimings {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  readonly firstByte?: number;
}

export type Details = Readonly<
  Record<string, string | number | boolean | null | readonly string[]>
>;

export interface ProbeContext {
  readonly policy: AddressPolicy;
  readonly options: ProbeOptions;
  /** Aborted at the deadline, and when Watchbook stops. */
  readonly signal: AbortSignal;
  /** In ms since the check began. */
  readonly elapsed: () => number;
  /** In ms, from the start on. */
  readonly timeoutMs: number;
}

export interface ProbeOptions extends OutboundOptions {
  /** The program that sends ICMP echo requests; `ping` by default, looked for in the `PATH`. */
  readonly pingProgram?: string;
}

export type ExpectationOf<Type extends Expectation['type']> = Extract<Expectation, { type: Type }>;

/**
 * What an error says about the service.
 *
 * @throws whatever is not known as a failure of the outside.
 */
export function failure(error: unknown): Finding {
  if (!(error instanceof OutboundError)) throw error;
  const { code, message, extra } = error;
  return { code, message, details: certificateDetails(extra.certificate) };
}

export function certificateDetails(certificate: Certificate | undefined): Details {
  if (certificate === undefined) return {};
  const { validTo, subject, issuer } = certificate;
  const daysLeft = Math.floor((validTo.getTime() - Date.now()) / 86_400_000);
  return {
    certificate_expires_in_days: daysLeft,
    certificate_subject: subject,
    certificate_issuer: issuer,
  };
}
