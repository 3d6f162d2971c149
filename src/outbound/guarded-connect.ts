import { isIP, type Socket } from 'node:net';
import { type TLSSocket } from 'node:tls';
import { type AddressPolicy } from './address-policy.js';
import { firstConnection } from './first-connection.js';
import { createLookup, type Lookup } from './name-lookup.js';
import { type Certificate, OutboundError, TargetRefused } from './outbound-error.js';
import { secure } from './tls.js';

/** Where to, as a URL has it. */
export interface Destination {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

/** How the outside is reached, where it is not as usual. */
export interface OutboundOptions {
  readonly lookup?: Lookup;
  /** PEM certificates to trust besides those that Node does. */
  readonly trusted?: readonly string[];
}

export interface Connection {
  /** Connected; for a secure destination, after the handshake with a certificate that was accepted. */
  readonly socket: Socket | TLSSocket;
  /** The address it is connected to. */
  readonly address: string;
  readonly certificate: Certificate | undefined;
  readonly timings: ConnectionTimings;
}

/** In ms, each from the end of the one before. */
export interface ConnectionTimings {
  /** Absent when there was nothing to look up. */
  readonly dns?: number;
  readonly connect: number;
  /** Absent when it is not secure. */
  readonly tls?: number;
}

/**
 * Connects to what the policy allows. Names are looked up once, each address is judged, and so is the one that the
 * socket is connected to, before a byte is sent: a name that leads elsewhere at the second look leads nowhere.
 *
 * @param signal Ends it at any time.
 * @throws TargetRefused when one of its addresses is not allowed, even beside others that are.
 * @throws OutboundError when no connection comes about.
 */
export async function connectGuarded(
  policy: AddressPolicy,
  { host, port, isSecure }: Destination,
  signal: AbortSignal,
  options: OutboundOptions = {},
): Promise<Connection> {
  const started = performance.now();
  const addresses = await allowedAddresses(policy, host, port, signal, options);
  const lookedUp = performance.now();
  const inspect = (socket: Socket): void =>
    requireAllowed(policy, host, socket.remoteAddress ?? '', port);
  const socket = await firstConnection(addresses, port, inspect, signal);
  const connected = performance.now();
  const address = socket.remoteAddress ?? '';
  const timings = {
    ...(isIP(host) === 0 && { dns: lookedUp - started }),
    connect: connected - lookedUp,
  };
  if (!isSecure) return { socket, address, certificate: undefined, timings };
  const secured = await secure(socket, host, signal, options.trusted);
  return { address, ...secured, timings: { ...timings, tls: performance.now() - connected } };
}

/**
 * The addresses of a host, all of which are allowed.
 *
 * @throws TargetRefused as soon as one of them is not.
 * @throws OutboundError when there are none; `resolver_unreachable` when the signal is aborted before they are known.
 */
export async function allowedAddresses(
  policy: AddressPolicy,
  host: string,
  port: number | undefined,
  signal: AbortSignal,
  { lookup = usualLookup }: OutboundOptions = {},
): Promise<readonly string[]> {
  const reason = policy.refusalOfName(host, port);
  if (reason !== undefined) throw new TargetRefused(host, host, reason);
  const addresses = isIP(host) === 0 ? await inTime(lookup(host), host, signal) : [host];
  for (const address of addresses) requireAllowed(policy, host, address, port);
  return addresses.slice(0, mostAddresses);
}

const usualLookup = createLookup();
const mostAddresses = 100;

function requireAllowed(
  policy: AddressPolicy,
  host: string,
  address: string,
  port: number | undefined,
): void {
  const reason = policy.refusal(address, port);
  if (reason !== undefined) throw new TargetRefused(host, address, reason);
}

/** A lookup cannot be ended; it is left alone then. */
function inTime<T>(lookup: Promise<T>, host: string, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const interrupt = (): void =>
      reject(
        new OutboundError('resolver_unreachable', `No name server said in time where ${host} is`),
      );
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt);
    lookup.then(resolve, reject).finally(() => signal.removeEventListener('abort', interrupt));
  });
}
