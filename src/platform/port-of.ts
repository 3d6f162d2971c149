import { type AddressInfo } from 'node:net';

/** The port that a server listens on, from its `address()`. */
export function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return address.port;
}
