import { type ClientBase } from 'pg';
import { z } from 'zod';
import { type RowFold } from '../row-fold.js';

/** How the rows of a table stand to those that the log leads to. */
export interface Comparison {
  readonly rows: { readonly live: number; readonly folded: number };
  /** Over all rows in the order of their keys; equal when every row is. */
  readonly checksum: { readonly live: string; readonly folded: string };
  readonly differing: number;
  /** The first of them by key. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly key: string;
  /** `missing`: the log leads to such a row, and it is not there; `surplus`: it is there, and should not be. */
  readonly kind: 'changed' | 'missing' | 'surplus';
  /** Whose values differ; never the values, which may be somebody's own. */
  readonly columns: readonly string[];
}

/** Compares the temporary tables `live` and `<name>` row by row, each by its checksum. */
export async function compareTables(
  client: ClientBase,
  { name, key }: RowFold,
): Promise<Comparison> {
  await client.query(`
    CREATE TEMPORARY TABLE compared AS
    SELECT coalesce(l.key, f.key) AS key, l.sum AS live, f.sum AS folded
      FROM (SELECT t.${key}::text AS key, md5(t::text) AS sum FROM live t) l
      FULL JOIN (SELECT t.${key}::text AS key, md5(t::text) AS sum FROM pg_temp.${name} t) f USING (key)`);
  const totals = await client.query(`
    SELECT count(live)::int AS live_rows,
           count(folded)::int AS folded_rows,
           count(*) FILTER (WHERE live IS DISTINCT FROM folded)::int AS differing,
           md5(coalesce(string_agg(live, '' ORDER BY key), '')) AS live_sum,
           md5(coalesce(string_agg(folded, '' ORDER BY key), '')) AS folded_sum
      FROM compared`);
  const { live_rows, folded_rows, differing, live_sum, folded_sum } = Totals.parse(totals.rows[0]);
  const found = await client.query(
    `SELECT c.key, to_json(l) AS live, to_json(f) AS folded
       FROM (SELECT key FROM compared WHERE live IS DISTINCT FROM folded ORDER BY key LIMIT $1) c
       LEFT JOIN live l ON l.${key}::text = c.key
       LEFT JOIN pg_temp.${name} f ON f.${key}::text = c.key
      ORDER BY c.key`,
    [maxListed],
  );
  return {
    rows: { live: live_rows, folded: folded_rows },
    checksum: { live: live_sum, folded: folded_sum },
    differing,
    differences: z.array(Differing).parse(found.rows).map(toDifference),
  };
}

/** More than these are counted only. */
const maxListed = 100;

const Totals = z.object({
  live_rows: z.int(),
  folded_rows: z.int(),
  differing: z.int(),
  live_sum: z.string(),
  folded_sum: z.string(),
});

const Row = z.record(z.string(), z.unknown()).nullable();
const Differing = z.object({ key: z.string(), live: Row, folded: Row });

function toDifference({ key, live, folded }: z.infer<typeof Differing>): Difference {
  if (live === null) return { key, kind: 'missing', columns: [] };
  if (folded === null) return { key, kind: 'surplus', columns: [] };
  const columns = Object.keys(folded).filter(
    (column) => JSON.stringify(live[column]) !== JSON.stringify(folded[column]),
  );
  return { key, kind: 'changed', columns };
}
