import { setMaxListeners } from 'node:events';

/**
 * Runs something with a signal that is aborted after so many ms, or when the outer one is. `AbortSignal.any` would do,
 * but that of Node 20 keeps what it made for as long as the outer signal lives.
 */
export async function withinDeadline<T>(
  outer: AbortSignal,
  ms: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, ms);
  // As many checks as run at a time listen to it; Node would take that for a leak, and say so.
  setMaxListeners(0, outer);
  outer.addEventListener('abort', abort);
  if (outer.aborted) abort();
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', abort);
  }
}
