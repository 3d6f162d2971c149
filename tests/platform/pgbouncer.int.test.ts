import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { migrate } from '../../src/platform/migrations.js';
import { begin, connect, createPool } from '../../src/platform/postgres.js';
import { describeBehindPgBouncer, PgBouncer } from '../support/pgbouncer.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const add = (what: number): string => `SELECT $1::int + ${what} AS sum`;

const silent = pino({ level: 'silent' });

describeBehindPgBouncer('A database behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let bouncer: PgBouncer;
  beforeAll(async () => {
    database = await createTestDatabase();
    bouncer = await PgBouncer.start(database.url);
  });
  afterAll(async () => {
    await bouncer.stop();
    await database.drop();
  });

  it('given statements with names, when many use them, then no connection need know them', async () => {
    const pool = createPool(bouncer.url, 10, silent);
    const numbers = Array.from({ length: 10 }, (_, n) => n);

    for (let round = 0; round < 10; round += 1) {
      const results = await Promise.all(
        numbers.map((n) =>
          pool.query<{ sum: number }>({ name: `add-${n % 4}`, text: add(n % 4), values: [n] }),
        ),
      );
      expect(results.map(({ rows }) => rows)).toEqual(numbers.map((n) => [{ sum: n + (n % 4) }]));
    }

    await pool.end();
  });

  it('given statements sent without waiting, when some fail, then each has its own answer', async () => {
    const clients = await Promise.all(
      [1, 2, 3, 4].map(() => connect(bouncer.url, { pipeline: true })),
    );
    const numbers = Array.from({ length: 50 }, (_, n) => n);

    const settled = await Promise.allSettled(
      clients.flatMap((client) =>
        numbers.map((n) =>
          client.query<{ part: number }>('SELECT 100 / $1::int AS part', [n % 10]),
        ),
      ),
    );

    expect(
      settled.map((each) => (each.status === 'fulfilled' ? each.value.rows : 'failed')),
    ).toEqual(
      clients.flatMap(() =>
        numbers.map((n) => (n % 10 === 0 ? 'failed' : [{ part: Math.trunc(100 / (n % 10)) }])),
      ),
    );
    for (const client of clients) await client.end();
  });

  it('given a transaction, when it is over, then its timeouts are, too', async () => {
    const client = await connect(bouncer.url);
    const timeouts = async (): Promise<unknown[]> => {
      const { rows } = await client.query<Record<string, string>>(
        `SELECT current_setting('statement_timeout') AS of_statement,
                current_setting('idle_in_transaction_session_timeout') AS of_idling`,
      );
      return rows;
    };
    const before = await timeouts();

    await client.query(begin);
    expect(await timeouts()).toEqual([{ of_statement: '4s', of_idling: '4s' }]);
    await client.query('COMMIT');

    expect(await timeouts()).toEqual(before);
    await client.end();
  });

  it('given several at once, when migrating, then each step happens once, and no lock is left', async () => {
    const done = await Promise.all([1, 2, 3, 4].map(() => migrate(bouncer.url, 'up')));

    const client = await connect(database.url);
    const { rows: names } = await client.query('SELECT name FROM migrations ORDER BY id');
    const { rows: locks } = await client.query(
      `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE d.datname = current_database() AND l.locktype = 'advisory'`,
    );
    expect(done.flat().map((name) => ({ name }))).toEqual(names);
    expect(locks).toEqual([]);
    await client.end();
  });
});
