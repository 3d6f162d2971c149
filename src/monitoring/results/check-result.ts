import { type Check } from '../../domain/health/outcome.js';
import { type ProbeResult } from '../probes/probe.js';

/** One check of a service, with everything that was measured. */
export interface CheckResult extends Check, Pick<ProbeResult, 'timings' | 'details'> {
  readonly id: string;
  readonly serviceId: string;
}
