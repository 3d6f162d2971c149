import { connect, type Socket } from 'node:net';
import { codeOf } from '../platform/error-code.js';
import { at } from './endpoint-text.js';
import { type OutboundCode, OutboundError } from './outbound-error.js';

/**
 * Connects to the first of the addresses that lets itself be connected to. The next one is tried when one fails, and
 * beside it when it takes long (RFC 8305): one that swallows everything holds nobody up. Node's own way gives up each
 * address after a quarter of a second, however far away it is.
 *
 * @param inspect Sees each connection before it is used; what it throws ends all.
 * @throws OutboundError the most telling failure, when all have failed; whatever the signal says, when it is aborted.
 */
export function firstConnection(
  addresses: readonly string[],
  port: number,
  inspect: (socket: Socket) => void,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const waiting = interleaved(addresses);
    const staggerMs = Math.min(longestStaggerMs, allStartedMs / waiting.length);
    const open = new Set<Socket>();
    const failures: OutboundError[] = [];
    let timer: NodeJS.Timeout | undefined;

    const settle = (winner?: Socket): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
      waiting.length = 0;
      for (const socket of open) if (socket !== winner) socket.destroy();
      open.clear();
    };
    const interrupt = (): void => {
      settle();
      reject(new OutboundError('timeout', `${named(addresses, port)} did not accept a connection`));
    };
    const next = (): void => {
      clearTimeout(timer);
      const address = waiting.shift();
      if (address !== undefined) attempt(address);
      if (waiting.length > 0) timer = setTimeout(next, staggerMs);
    };
    const attempt = (address: string): void => {
      const socket = connect({ host: address, port });
      open.add(socket);
      // What fails before anything was sent was decided by this computer. Node begins to connect in the next tick.
      let failedHere = false;
      process.nextTick(() => (failedHere = socket.destroyed));
      const onError = (error: Error): void => {
        open.delete(socket);
        failures.push(failureOf(error, address, port, failedHere));
        if (waiting.length > 0) next();
        else if (open.size === 0) {
          settle();
          reject(mostTelling(failures));
        }
      };
      socket.once('error', onError);
      socket.once('connect', () => {
        try {
          inspect(socket);
        } catch (error) {
          settle();
          reject(error instanceof Error ? error : new Error('Refused', { cause: error }));
          return;
        }
        socket.off('error', onError);
        // Whoever uses it listens, too; until then, an error must not end the process.
        socket.on('error', () => undefined);
        settle(socket);
        resolve(socket);
      });
    };

    if (signal.aborted) interrupt();
    else {
      signal.addEventListener('abort', interrupt);
      next();
    }
  });
}

const longestStaggerMs = 250;
/** However many addresses there are, all are under way after so many ms. */
const allStartedMs = 2_000;

/** By turns of both families, beginning with that of the first one. */
function interleaved(addresses: readonly string[]): string[] {
  const isFirstKind = (address: string): boolean =>
    address.includes(':') === addresses[0]?.includes(':');
  const firsts = addresses.filter(isFirstKind);
  const others = addresses.filter((address) => !isFirstKind(address));
  return Array.from({ length: Math.max(firsts.length, others.length) }, (_, index) => [
    ...firsts.slice(index, index + 1),
    ...others.slice(index, index + 1),
  ]).flat();
}

function named(addresses: readonly string[], port: number): string {
  const [first = ''] = addresses;
  return addresses.length === 1 ? at(first, port) : `None of ${addresses.length} addresses`;
}

/** What the other side said counts before what this one could not do. */
function mostTelling(failures: readonly OutboundError[]): OutboundError {
  const order: readonly OutboundCode[] = ['connect_refused', 'connect_failed', 'host_unreachable'];
  const found = order.flatMap((code) => failures.filter((failure) => failure.code === code));
  return found[0] ?? failures[0] ?? new OutboundError('connect_failed', 'There is no address');
}

function failureOf(
  cause: unknown,
  address: string,
  port: number,
  failedHere: boolean,
): OutboundError {
  const where = at(address, port);
  const error = (code: OutboundCode, message: string): OutboundError =>
    new OutboundError(code, message, { cause });
  switch (codeOf(cause)) {
    case 'ECONNREFUSED':
      return error('connect_refused', `Connection refused by ${where}`);
    case 'ETIMEDOUT':
      return error('timeout', `${where} did not accept a connection`);
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return failedHere
        ? error('network_down', `There is no way from here to ${where}`)
        : error('host_unreachable', `The host of ${where} cannot be reached`);
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return error('network_down', `There is no way from here to ${where}`);
    case 'EACCES':
    case 'EPERM':
      return error('network_down', `This computer does not allow connections to ${where}`);
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
    case 'ENOMEM':
      return error('out_of_resources', 'This computer has no room for another connection');
    default:
      return error('connect_failed', `No connection to ${where} came about`);
  }
}
