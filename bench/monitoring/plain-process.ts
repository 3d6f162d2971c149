import pg from 'pg';
import { request } from 'undici';

/**
 * The peer: the plainest loop one could write. So many at once, each asks its target with undici and inserts a row, as
 * fast as it goes; no schedule, no leases, no health. It tells how many it made.
 */
const [databaseUrl = '', target = '', seconds = '10', concurrency = '50'] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
await pool.query(
  'CREATE TABLE IF NOT EXISTS public.plain_results (target text, at timestamptz, status integer, ms integer)',
);
const end = performance.now() + Number(seconds) * 1000;
let made = 0;

async function loop(first: number): Promise<void> {
  for (let n = first; performance.now() < end; n += Number(concurrency)) {
    const began = performance.now();
    const { statusCode, body } = await request(`${target}/${n}`, { reset: true });
    await body.dump();
    await pool.query('INSERT INTO public.plain_results VALUES ($1, now(), $2, $3)', [
      `${target}/${n}`,
      statusCode,
      Math.round(performance.now() - began),
    ]);
    made += 1;
  }
}

const before = process.cpuUsage();
await Promise.all(Array.from({ length: Number(concurrency) }, (_, n) => loop(n)));
const { user, system } = process.cpuUsage(before);
await pool.end();
process.send?.({ made, cpuSeconds: (user + system) / 1e6 });
process.disconnect();
