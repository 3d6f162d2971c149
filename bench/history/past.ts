import { type Client } from 'pg';

/** A service that was changed ten thousand times. */
export const theBigOne = '00000000-0000-4000-8000-000000000000';

/**
 * Writes a log with a past of ten days, much faster than it could have happened: services and tags, one service with
 * 10,000 events, and changes to all the others at random.
 *
 * @returns When the changes began and ended, in ms since 1970.
 */
export async function writePast(
  client: Client,
  { events, services }: { events: number; services: number },
): Promise<{ from: number; to: number }> {
  const to = Date.now() - 60_000;
  const from = to - 10 * 86_400_000;
  await client.query('SELECT setseed(0.5)');
  await client.query(pastEvents, [services, events, new Date(from), (to - from) / events]);
  await client.query('ANALYZE log.events');
  return { from: from + ((to - from) * (services + tags)) / events, to };
}

const tags = 200;

/** SQL for a UUID of version 4 that is always the same for a name. */
function uuidOf(name: string): string {
  return `overlay(overlay(md5(${name}) PLACING '4' FROM 13) PLACING '8' FROM 17)`;
}

// $1 services, $2 events, $3 the beginning, $4 ms from one event to the next.
const pastEvents = `
  INSERT INTO log.events (position, stream, revision, id, type, version, data, metadata, recorded_at)
  SELECT e.position,
         CASE WHEN e.type LIKE 'Tag%' THEN 'tag-' ELSE 'service-' END || e.about,
         row_number() OVER (PARTITION BY e.about ORDER BY e.position) - 1,
         gen_random_uuid(), e.type, 1,
         CASE e.type
           WHEN 'TagCreated' THEN json_build_object(
             'tagId', e.about, 'creatorId', '00000000-0000-4000-8000-00000000000a',
             'name', 'Tag ' || e.position, 'color', '#0ea5e9')
           WHEN 'ServiceRegistered' THEN json_build_object(
             'serviceId', e.about, 'ownerId', '00000000-0000-4000-8000-00000000000a',
             'name', 'Service ' || e.position,
             'target', json_build_object('type', 'http', 'url', 'https://service.example.org/' || e.position),
             'schedule', json_build_object('intervalSeconds', 60, 'timeoutMs', 10000),
             'thresholds', json_build_object('failureThreshold', 3, 'successThreshold', 1, 'degradedAboveMs', NULL),
             'expectation', json_build_object('type', 'http', 'method', 'GET', 'headers', '{}'::json,
                                              'status', '["200-299"]'::json, 'bodyContains', NULL))
           WHEN 'ServiceRenamed' THEN json_build_object('serviceId', e.about, 'name', 'Service ' || e.position)
           WHEN 'ServiceTagged' THEN json_build_object(
             'serviceId', e.about, 'tagId', ${uuidOf(`'tag ' || e.position % ${tags}`)}::uuid)
           ELSE json_build_object(
             'serviceId', e.about,
             'thresholds', json_build_object('failureThreshold', 1 + e.position % 20, 'successThreshold', 1,
                                             'degradedAboveMs', NULL))
         END,
         json_build_object(
           'actor', json_build_object('kind', 'user', 'id', '00000000-0000-4000-8000-00000000000a'),
           'command', 'ChangeService', 'commandId', e.command, 'correlationId', e.command,
           'causationId', NULL, 'requestId', NULL, 'allowedBy', 'services:update:any'),
         date_trunc('milliseconds', $3::timestamptz + e.position * $4::float8 * interval '1 millisecond')
    FROM (
      SELECT p AS position, gen_random_uuid() AS command,
             CASE
               WHEN p = 1 OR p > $1::int + ${tags} AND p % ($2::int / 10000) = 0 THEN '${theBigOne}'
               WHEN p <= $1::int THEN ${uuidOf(`'service ' || p`)}
               WHEN p <= $1::int + ${tags} THEN ${uuidOf(`'tag ' || p % ${tags}`)}
               ELSE ${uuidOf(`'service ' || 2 + floor(random() * ($1::int - 1))`)}
             END::uuid::text AS about,
             CASE
               WHEN p <= $1::int THEN 'ServiceRegistered'
               WHEN p <= $1::int + ${tags} THEN 'TagCreated'
               WHEN p % 10 = 3 AND p < $1::int * 3 THEN 'ServiceTagged'
               WHEN p % 3 = 0 THEN 'ServiceThresholdsChanged'
               ELSE 'ServiceRenamed'
             END AS type
        FROM generate_series(1, $2::int) AS p
    ) e`;
