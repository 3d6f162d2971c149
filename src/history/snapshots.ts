import { type Pool, type PoolClient } from 'pg';
import { type Position, start } from '../event-store/position.js';
import { begin } from '../platform/postgres.js';
import { roles } from '../projections/roles.js';
import { type RowFold, rowFold } from '../projections/row-fold.js';
import { services } from '../projections/services.js';
import { tags } from '../projections/tags.js';
import { type Moment } from './moment.js';
import { people } from './people.js';

/** What snapshots are made of: the row functions of the tables, and for users only who they were. */
export function snapshotFolds(): Readonly<Record<SnapshotName, RowFold>> {
  return {
    services: rowFold(services),
    tags: rowFold(tags),
    roles: rowFold(roles),
    people: rowFold(people),
  };
}
export type SnapshotName = 'services' | 'tags' | 'roles' | 'people';

/** Goes up whenever one of the row functions changes; snapshots of another version are not used. */
export const snapshotVersion = [services, tags, roles, people].reduce(
  (sum, { version }) => sum + version,
  0,
);

/** A place in the log at which all rows are known. */
export interface Snapshot {
  readonly position: Position;
  /** The place of the next one: what matters after it was recorded after the moment that was asked for. */
  readonly next: Position | undefined;
}

/** The SQL of snapshots. */
export const snapshots = {
  /** The last one that holds nothing recorded after the moment; before the first one, the start of the log. */
  async nearest(pool: Pool, moment: Moment): Promise<Snapshot> {
    const { rows } = await pool.query<{ position: string | null; next: string | null }>({
      name: 'nearest-snapshot',
      text: `
        SELECT (SELECT max(s.position)
                  FROM readers.snapshots s
                 WHERE s.version = $1 AND s.recorded_at <= $2) AS position,
               (SELECT min(s.position)
                  FROM readers.snapshots s
                 WHERE s.version = $1 AND s.recorded_at > $2) AS next`,
      values: [snapshotVersion, moment],
    });
    const { position = null, next = null } = rows[0] ?? {};
    return {
      position: position === null ? start : BigInt(position),
      next: next === null ? undefined : BigInt(next),
    };
  },

  /** Some rows of a snapshot. */
  async rows(
    pool: Pool,
    name: string,
    position: Position,
    keys: readonly string[],
  ): Promise<unknown[]> {
    const { rows } = await pool.query<{ row: unknown }>({
      name: 'snapshot-rows',
      text: `
        SELECT v.row
          FROM unnest($3::text[]) AS wanted (key)
         CROSS JOIN LATERAL (
            SELECT v.row
              FROM readers.row_versions v
             WHERE v.version = $1 AND v.projection = $2 AND v.key = wanted.key AND v.position <= $4
             ORDER BY v.position DESC
             LIMIT 1
          ) v
         WHERE v.row IS NOT NULL`,
      values: [snapshotVersion, name, keys, position],
    });
    return rows.map(({ row }) => row);
  },

  /** The keys of all rows of a snapshot. */
  async keys(pool: Pool, name: string, position: Position): Promise<string[]> {
    const { rows } = await pool.query<{ key: string }>({
      name: 'snapshot-keys',
      text: `
        SELECT k.key
          FROM readers.row_keys k
         CROSS JOIN LATERAL (
            SELECT v.row
              FROM readers.row_versions v
             WHERE v.version = $1 AND v.projection = $2 AND v.key = k.key AND v.position <= $3
             ORDER BY v.position DESC
             LIMIT 1
          ) v
         WHERE k.version = $1 AND k.projection = $2 AND v.row IS NOT NULL`,
      values: [snapshotVersion, name, position],
    });
    return rows.map(({ key }) => key);
  },

  /** The last one there is. */
  async last(pool: Pool): Promise<Position> {
    const { rows } = await pool.query<{ position: string | null }>(
      'SELECT max(position) AS position FROM readers.snapshots WHERE version = $1',
      [snapshotVersion],
    );
    return BigInt(rows[0]?.position ?? start);
  },

  /** Writes what has changed since the last one, in one transaction. */
  async write(
    pool: Pool,
    folds: readonly RowFold[],
    position: Position,
    recordedAt: string,
  ): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query(begin);
      // As for the tables: should the server crash, the log has everything to make the snapshot again.
      await client.query('SET LOCAL synchronous_commit = off');
      for (const fold of folds) await writeRows(client, fold, position);
      await client.query(
        'INSERT INTO readers.snapshots (version, position, recorded_at) VALUES ($1, $2, $3)',
        [snapshotVersion, position, recordedAt],
      );
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  },

  /** Removes all there are, also those of other versions: whoever finds none folds the log from its start. */
  async clear(pool: Pool): Promise<void> {
    await pool.query('TRUNCATE readers.snapshots, readers.row_keys, readers.row_versions');
  },
};

async function writeRows(client: PoolClient, fold: RowFold, position: Position): Promise<void> {
  const { upserts, deletes } = fold.changes();
  for (let from = 0; from < upserts.length; from += rowsPerStatement) {
    const part = upserts.slice(from, from + rowsPerStatement);
    const keys = part.map((row) => String(Reflect.get(row, fold.key)));
    await writePart(
      client,
      fold.name,
      position,
      keys,
      part.map((row) => JSON.stringify(row)),
    );
  }
  for (let from = 0; from < deletes.length; from += rowsPerStatement) {
    const keys = deletes.slice(from, from + rowsPerStatement);
    await writePart(
      client,
      fold.name,
      position,
      keys,
      keys.map(() => noRow),
    );
  }
}

async function writePart(
  client: PoolClient,
  name: string,
  position: Position,
  keys: readonly string[],
  rows: readonly string[],
): Promise<void> {
  await client.query({
    name: 'add-row-keys',
    text: `
      INSERT INTO readers.row_keys (version, projection, key)
      SELECT $1, $2, unnest($3::text[])
          ON CONFLICT DO NOTHING`,
    values: [snapshotVersion, name, keys],
  });
  // Joined by what JSON text cannot hold: as an array, each row would have to be escaped once more.
  await client.query({
    name: 'add-row-versions',
    text: `
      INSERT INTO readers.row_versions (version, projection, key, position, row)
      SELECT $1, $2, n.key, $3, n.row::json
        FROM unnest($4::text[], string_to_array($5, U&'\\001F', '${noRow}')) AS n (key, row)`,
    values: [snapshotVersion, name, position, keys, rows.join('\x1f')],
  });
}

/** Each statement must end well within its time limit, and others wait while it is put together. */
const rowsPerStatement = 500;
/** Stands for a row that ended; no JSON is empty. */
const noRow = '';
