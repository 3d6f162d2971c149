import { type Expectation } from '../../domain/services/expectation.js';
import { type Target } from '../../domain/services/target.js';

export interface ProbeRequest {
  readonly target: Target;
  readonly expectation: Expectation;
  readonly timeoutMs: number;
}

export interface ProbeResult {
  readonly outcome: 'up' | 'down' | 'unknown';
  readonly code: string;
  readonly message: string;
  readonly latencyMs: number | null;
  readonly timings: {
    readonly dns?: number;
    readonly connect?: number;
    readonly tls?: number;
    readonly firstByte?: number;
    readonly total: number;
  };
  readonly details: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}

export type Probe = (request: ProbeRequest, signal: AbortSignal) => Promise<ProbeResult>;
