import express from 'express';
import pg from 'pg';

/**
 * The peer: what one would write in an afternoon. The same SELECTs on the same tables, no tokens, no policies, rows
 * parsed by pg and written with `response.json`.
 */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 12 });
const app = express();

const columns = `
  s.id, s.name, s.url, s.type, s.interval_seconds, s.timeout_ms, s.failure_threshold, s.success_threshold,
  s.degraded_above_ms, s.expect, s.status, s.status_since, s.last_checked_at, s.latency_ms, s.paused, s.user_id,
  s.revision AS version, s.created_at, s.updated_at,
  CASE
    WHEN cardinality(s.tag_ids) = 0 THEN '[]'
    ELSE coalesce(
      (SELECT json_agg(json_build_object('id', t.id, 'name', t.name, 'color', t.color) ORDER BY lower(t.name), t.id)
         FROM read.tags t WHERE t.id = ANY (s.tag_ids)),
      '[]')
  END AS tags`;

app.get('/services/:id', async (request, response) => {
  const { rows } = await pool.query<object>(
    `SELECT ${columns} FROM read.services s WHERE s.id = $1 AND NOT s.deleted`,
    [request.params.id],
  );
  if (rows[0] === undefined) response.status(404).json({ detail: 'Service not found' });
  else response.json(rows[0]);
});

app.get('/services', async (_request, response) => {
  const { rows } = await pool.query(
    `SELECT ${columns}
       FROM read.services s
      WHERE NOT s.deleted
      ORDER BY s.created_at DESC, s.id DESC
     OFFSET $1 LIMIT $2`,
    [0, 100],
  );
  const count = await pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM read.services s WHERE NOT s.deleted',
  );
  response.json({ data: rows, count: count.rows[0]?.count });
});

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.once('SIGTERM', () => process.exit(0));
