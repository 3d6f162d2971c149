import { type ClientBase } from 'pg';
import { auditChunkBits } from '../../src/platform/audit-chunks.js';
import { auditFold } from '../../src/projections/audit.js';

export const people = 1_000;
export const streams = 200_000;

/**
 * Makes the table of the read model and fills it as a log of that length would: few people do much and many do little,
 * one entry in a hundred is a refusal. Indexes come after the rows.
 *
 * @returns Bytes it takes on disk, with its indexes.
 */
export async function fillAudit(client: ClientBase, rows: number): Promise<number> {
  const { columns, indexes } = auditFold(auditChunkBits(undefined));
  const table = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  await client.query('CREATE SCHEMA read');
  await client.query(`CREATE TABLE read.audit (${table.join(', ')})`);
  await client.query(`SET maintenance_work_mem = '512MB'; SET synchronous_commit = off`);
  await client.query(generated, [rows, people, streams]);
  await client.query('ALTER TABLE read.audit ADD PRIMARY KEY (position)');
  for (const index of indexes) await client.query(index.replace('TABLE', 'read.audit'));
  await client.query('VACUUM ANALYZE read.audit');
  const { rows: sizes } = await client.query<{ bytes: string }>(
    `SELECT pg_total_relation_size('read.audit') AS bytes`,
  );
  return Number(sizes[0]?.bytes);
}

const generated = `
  INSERT INTO read.audit
    (position, event_id, recorded_at, stream, revision, type, outcome, subject, actor_kind, actor_id, command, command_id,
     correlation_id, causation_id, request_id, words)
  SELECT n, gen_random_uuid(), timestamptz '2026-01-01Z' + n * interval '1 second',
         CASE WHEN refused THEN 'refusals-' || actor ELSE subject END, n / $3::int,
         type, CASE WHEN refused THEN 'refused' ELSE 'accepted' END, subject,
         'user', actor, command, gen_random_uuid(),
         'request-' || n / 2, NULL, 'request-' || n / 2,
         concat_ws(' ', lower(type), lower(command), what, md5(subject)::uuid, 'n' || stream, 'word' || (random() * 5000)::int,
                   CASE WHEN n < $1::int / 100 AND random() < 0.5 THEN 'ancient' END)
    FROM (
      SELECT n, stream, 'service-' || stream AS subject, refused,
             CASE WHEN n % 1000003 = 0 THEN 'rare' ELSE 'user-' || floor($2::int * random() ^ 3)::int END AS actor,
             CASE
               WHEN refused THEN 'CommandRefused'
               WHEN n % 1000003 = 0 THEN 'RoleRemoved'
               ELSE (ARRAY['ServiceRegistered', 'ServiceRenamed', 'ServiceTagged', 'ServiceRescheduled', 'TagCreated'])
                      [1 + floor(random() * 5)::int]
             END AS type,
             (ARRAY['ChangeService', 'TagService', 'RegisterService'])[1 + floor(random() * 3)::int] AS command,
             (ARRAY['service registered', 'service renamed', 'service tagged', 'tag created'])
               [1 + floor(random() * 4)::int] AS what
        FROM (
          SELECT n, floor(random() * $3::int)::int AS stream, random() < 0.01 AS refused
            FROM generate_series(1, $1::int) n
        ) drawn
    ) told`;
