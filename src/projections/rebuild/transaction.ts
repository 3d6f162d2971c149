import { type ClientBase } from 'pg';
import { beginWithin } from '../../platform/postgres.js';

/**
 * Commits what was done, or rolls it back and throws what was thrown.
 *
 * @param begin Bounds the time of its statements; left out, they take as long as they need.
 */
export async function inTransaction<T>(
  client: ClientBase,
  use: () => Promise<T>,
  begin = unbounded,
): Promise<T> {
  await client.query(begin);
  try {
    const result = await use();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** To copy rows, and to make an index, takes as long as there are rows. */
const unbounded = beginWithin(0);
