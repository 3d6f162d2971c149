import { type Client } from 'pg';

/**
 * Fills an empty log with the lives of so many services, `perService` events each, one round after the other so that
 * neighbours in the log are of different streams. Made by SQL, because what is measured is reading them.
 */
export async function seed(client: Client, services: number, perService: number): Promise<void> {
  await client.query(`
    CREATE TEMPORARY TABLE made AS
    SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS owner
      FROM generate_series(1, ${services}) AS n`);
  await client.query(
    `INSERT INTO log.events (position, stream, revision, id, type, version, data, metadata, recorded_at)
     SELECT row_number() OVER (ORDER BY r, m.n), 'service-' || m.id, r, gen_random_uuid(), e.type, 1, e.data,
            json_build_object(
              'actor', json_build_object('kind', 'user', 'id', m.owner), 'command', 'ChangeService',
              'commandId', c.id, 'correlationId', c.id, 'causationId', NULL, 'requestId', NULL,
              'allowedBy', 'services:update'),
            now()
       FROM made m
      CROSS JOIN generate_series(0, $1::int - 1) AS r
      CROSS JOIN LATERAL (SELECT gen_random_uuid() AS id, r + m.n AS x) c
      CROSS JOIN LATERAL (
        SELECT 'ServiceRegistered' AS type, json_build_object(
                 'serviceId', m.id, 'ownerId', m.owner, 'name', 'Service ' || m.n,
                 'target', json_build_object('type', 'http', 'url', 'https://example.org/' || m.n),
                 'schedule', json_build_object('intervalSeconds', 60, 'timeoutMs', 5000),
                 'thresholds', json_build_object(
                   'failureThreshold', 3, 'successThreshold', 1, 'degradedAboveMs', NULL),
                 'expectation', json_build_object(
                   'type', 'http', 'method', 'GET', 'headers', json_build_object(), 'status', json_build_array(200),
                   'bodyContains', NULL)) AS data
         WHERE r = 0
        UNION ALL
        SELECT 'ServiceRenamed', json_build_object('serviceId', m.id, 'name', 'Service ' || m.n || ' ' || r)
         WHERE r > 0 AND r % 4 = 1
        UNION ALL
        SELECT 'ServiceRescheduled', json_build_object(
                 'serviceId', m.id, 'schedule', json_build_object('intervalSeconds', 30 + r, 'timeoutMs', 1000))
         WHERE r > 0 AND r % 4 = 2
        UNION ALL
        SELECT CASE WHEN r % 8 = 3 THEN 'ServicePaused' ELSE 'ServiceResumed' END, json_build_object('serviceId', m.id)
         WHERE r > 0 AND r % 4 = 3
        UNION ALL
        SELECT 'ServiceThresholdsChanged', json_build_object(
                 'serviceId', m.id, 'thresholds', json_build_object(
                   'failureThreshold', 1 + r % 5, 'successThreshold', 1, 'degradedAboveMs', 100 + r))
         WHERE r > 0 AND r % 4 = 0
      ) e`,
    [perService],
  );
  await client.query('ANALYZE log.events');
}
