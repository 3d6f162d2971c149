import { pause } from './pause.js';

export interface Persistence {
  readonly signal: AbortSignal;
  /** Hears of each failure. */
  readonly onFailure: (error: unknown) => void;
  /** How long to wait after one, in ms. */
  readonly retryMs?: number;
}

/** Does something again and again, until the signal; what fails is tried again in a moment. */
export async function keepDoing(
  work: () => Promise<void>,
  { signal, onFailure, retryMs = 1_000 }: Persistence,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      onFailure(error);
      await pause(retryMs, signal);
    }
  }
}
