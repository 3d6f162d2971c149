import { inspect } from 'node:util';
import pg from 'pg';
import { type EventStore } from '../../src/event-store/event-store.js';
import { serviceStream } from '../../src/event-store/stream-id.js';
import { Service } from './events.js';

/**
 * Fills the log of Watchbook with so many events (whole thousands): the first 1,000 come through the store, one for
 * each of 1,000 streams; the others are made from them in the database, as the store would have written them, with
 * places, ids and services of their own, 50 events to a stream.
 *
 * @throws Error when the store does not find them as they should be.
 */
export async function fillLog(store: EventStore, url: string, events: number): Promise<void> {
  const services = Array.from({ length: templates }, (_, n) => new Service(n));
  for (const service of services) await store.append(service.stream, 'no-stream', service.next(1));
  await multiply(url, events / templates);
  await check(store, events);
}

const templates = 1_000;

/** Looks at some of what was copied, and at where the log goes on. */
async function check(store: EventStore, events: number): Promise<void> {
  const after = BigInt(Math.floor(events / 2));
  for await (const { entries } of store.readAll({ after })) {
    const [entry] = entries;
    if (!entry?.readable || entry.position !== after + 1n || !('serviceId' in entry.event.data))
      throw new Error(`The log is not filled as the store would have done it: ${inspect(entry)}`);
    const { serviceId } = entry.event.data;
    if (entry.stream !== serviceStream(serviceId))
      throw new Error(`An event of ${serviceId} stands in ${entry.stream}`);
    let revision = 0;
    for await (const each of store.readStream(serviceStream(serviceId))) {
      if (each.revision !== revision || !each.readable)
        throw new Error(`${each.stream} is not whole: revision ${each.revision}`);
      revision += 1;
    }
    break;
  }
  const service = new Service();
  const { position } = await store.append(service.stream, 'no-stream', service.next(1));
  if (position !== BigInt(events) + 1n)
    throw new Error(`The log goes on at ${position}, not after ${events} events`);
}

async function multiply(url: string, times: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT column_name AS name
         FROM information_schema.columns
        WHERE table_schema = 'log' AND table_name = 'events'`,
    );
    // Whatever other columns there are stay as they are.
    const kept = rows.map(({ name }) => name).filter((name) => !Object.hasOwn(changed, name));
    const columns = [...Object.keys(changed), ...kept].map(pg.escapeIdentifier);
    const values = [
      ...Object.values(changed),
      ...kept.map((name) => `t.${pg.escapeIdentifier(name)}`),
    ];
    await client.query(
      `INSERT INTO log.events (${columns.join(', ')})
       SELECT ${values.join(', ')}
         FROM generate_series(1, $1::int - 1) AS copy (n)
        CROSS JOIN (
          SELECT e.*, substr(e.stream, length('service-') + 1) AS service, max(e.recorded_at) OVER () AS latest
            FROM log.events e
        ) t
        CROSS JOIN LATERAL (
          SELECT CASE WHEN copy.n < 50 THEN t.service
                      -- With the digits that make it a UUID of version 4.
                      ELSE overlay(overlay(md5(t.service || copy.n / 50) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid::text
                 END AS id
        ) service
        ORDER BY copy.n, t.position`,
      [times],
    );
    await client.query('VACUUM (ANALYZE) log.events');
  } finally {
    await client.end();
  }
}

/** What differs from row to row. Each round of copies is later than the one before: time never goes backwards. */
const changed = {
  position: `${templates} * copy.n + t.position`,
  stream: `'service-' || service.id`,
  revision: 'copy.n % 50',
  id: 'gen_random_uuid()',
  data: 'replace(t.data::text, t.service, service.id)::json',
  recorded_at: `t.latest + copy.n * interval '1 ms'`,
};
