import { type Pool } from 'pg';
import { z } from 'zod';
import { type StoredEntry } from '../event-store/codec.js';
import { type Position } from '../event-store/position.js';

/** The log in PostgreSQL as it is kept, undecoded; everything after the position, up to what is its end then. */
export async function* storedPages(
  pool: Pool,
  after: Position,
): AsyncIterable<readonly StoredEntry[]> {
  let position = after;
  for (;;) {
    const { rows } = await pool.query({
      name: 'stored-page',
      text: `
        SELECT e.position, e.stream, e.revision::int AS revision, e.id, e.type, e.version, e.data, e.metadata,
               to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "recordedAt"
          FROM log.events e
         WHERE e.position > $1
         ORDER BY e.position
         LIMIT $2`,
      values: [position, pageSize],
    });
    const page = Page.parse(rows);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < pageSize) return;
    position = last.position;
  }
}

const pageSize = 1_000;

const Page = z.array(
  z.object({
    position: z.string().transform((text) => BigInt(text)),
    stream: z.string(),
    revision: z.int(),
    id: z.string(),
    type: z.string(),
    version: z.int(),
    data: z.unknown(),
    metadata: z.unknown(),
    recordedAt: z.string(),
  }),
);
