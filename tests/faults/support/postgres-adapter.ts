import { migrate } from '../../../src/platform/migrations.js';
import { openPostgresEventStore } from '../../event-store/support/postgres.js';
import { runSql } from '../../http/support/database.js';
import { type LogLine } from '../accounting/log-line.js';
import { type TableAdapter } from './adapter.js';

/** Watchbook's event store on PostgreSQL. */
export const postgres: TableAdapter = {
  name: 'postgres',
  table: 'log.events',
  async prepare(url) {
    await migrate(url, 'up');
  },
  open: (url) => openPostgresEventStore(url),
  async read(url) {
    const log = await readLogTable(url, 'log.events');
    const gap = log.findIndex(({ position }, index) => position !== BigInt(index + 1));
    if (gap >= 0) throw new Error(`There is a gap in the log at ${gap + 1}`);
    return log;
  },
};

/**
 * The lines of a table with the columns of `log.events`.
 *
 * @param mark SQL for what an event's mark is.
 */
export async function readLogTable(
  url: string,
  table: string,
  mark = `data ->> 'name'`,
): Promise<LogLine[]> {
  const rows = await runSql(
    url,
    `SELECT position, stream, revision, id, ${mark} AS mark FROM ${table} ORDER BY position`,
  );
  return rows.map(({ position, stream, revision, id, mark: found }) => ({
    position: BigInt(String(position)),
    stream: String(stream),
    revision: Number(revision),
    id: String(id),
    mark: typeof found === 'string' ? found : undefined,
  }));
}
