import { type StreamingRead } from '@eventstore/db-client';
import { Left, NoAnswer } from './failures.js';

/**
 * Everything a read finds. However it ends, the call is over then: the client leaves it open by itself, and lets it
 * wait for ever on a server that is silent.
 *
 * @param timeoutMs Between one record and the next.
 * @throws NoAnswer, Left when the signal says so, or what the server says.
 */
export function collect<T>(
  read: StreamingRead<T>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const found: T[] = [];
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    const giveUp = (error: Error): void => {
      end(() => reject(error));
      // It may have to wait for a connection that never comes.
      read.cancel().catch(() => undefined);
    };
    const abort = (): void => giveUp(new Left('Nobody wants it any more'));
    const timer = setTimeout(() => {
      giveUp(new NoAnswer('Nothing came in time'));
    }, timeoutMs);
    signal?.addEventListener('abort', abort);
    read.on('data', (record: T) => {
      timer.refresh();
      found.push(record);
    });
    read.on('end', () => end(() => resolve(found)));
    // Listened to for as long as it lives: an error that nobody hears ends the process.
    read.on('error', giveUp);
    if (signal?.aborted === true) abort();
  });
}
