import { randomInt } from 'node:crypto';

/**
 * Listens on the port, or on a free one for 0. Not one of those that the system gives to outgoing connections: such a
 * connection could hold it when the double is started anew.
 */
export async function onPort<T>(port: number, listen: (port: number) => Promise<T>): Promise<T> {
  if (port !== 0) return listen(port);
  for (;;) {
    try {
      return await listen(randomInt(20_000, 32_000));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
}
