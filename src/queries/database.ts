import {
  createPool,
  type DatabasePool,
  type Interceptor,
  SchemaValidationError,
  SlonikError,
  sql,
} from 'slonik';
import { readingDriver } from './driver.js';

/** The read side's way to Postgres: slonik, with every row checked against the zod type of its statement. */
export type Database = DatabasePool;

export async function openDatabase(url: string, maximumPoolSize: number): Promise<Database> {
  const pool = await createPool(url, {
    driverFactory: readingDriver(url, queryDeadlineMs),
    maximumPoolSize,
    captureStackTrace: false,
    connectionTimeout: 3_000,
    statementTimeout: queryDeadlineMs,
    idleInTransactionSessionTimeout: queryDeadlineMs,
    connectionRetryLimit: 0,
    queryRetryLimit: 0,
    transactionRetryLimit: 0,
    // Queries leave nothing behind on a connection; resetting it would cost a round trip for each of them.
    resetConnection: () => Promise.resolve(),
    interceptors: [checkRows],
  });
  // Whoever asked hears of it; without a listener it would be an error of its own.
  pool.on('error', () => undefined);
  return pool;
}

/** The read models could not be asked in time. */
export class ReadModelsUnavailable extends Error {
  override readonly name = 'ReadModelsUnavailable';
}

/** A query with a deadline of our own, because slonik waits for ever on a connection that is half open. */
export async function ask<T>(query: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ReadModelsUnavailable('The read models did not answer in time')),
      queryDeadlineMs,
    );
  });
  try {
    return await Promise.race([query, deadline]);
  } catch (error) {
    if (error instanceof SlonikError && !(error instanceof SchemaValidationError))
      throw new ReadModelsUnavailable('The read models cannot be asked', { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
    // When the deadline was faster, nobody else hears how the query ended.
    query.catch(() => undefined);
  }
}

export { sql };

const queryDeadlineMs = 4_000;

const checkRows: Interceptor = {
  name: 'check-rows',
  transformRow({ resultParser }, query, row, _fields) {
    if (resultParser === undefined) return row;
    const checked = resultParser.safeParse(row);
    if (!checked.success) throw new SchemaValidationError(query, row, checked.error.issues);
    return row;
  },
};
