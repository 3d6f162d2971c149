import { type EventStoreAddress } from '../../platform/event-store-address.js';
import { Connection } from './connection.js';
import { LogReader } from './log-reader.js';

/**
 * Looks whether there is a server that lets its log be read.
 *
 * @throws EventStoreUnavailable after some seconds; and when a file of certificates cannot be read.
 */
export async function reachEventStoreDb(address: EventStoreAddress): Promise<void> {
  const connection = new Connection(address);
  try {
    await new LogReader(connection).head();
  } finally {
    await connection.close();
  }
}
