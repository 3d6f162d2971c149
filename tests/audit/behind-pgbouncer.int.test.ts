import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Pool } from 'pg';
import { SealArchive } from '../../src/audit/seals/seal-archive.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/postgres.js';
import { describeBehindPgBouncer, PgBouncer } from '../support/pgbouncer.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describeBehindPgBouncer('Sealing behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let bouncer: PgBouncer;
  let pools: Pool[];
  beforeAll(async () => {
    database = await createTestDatabase();
    bouncer = await PgBouncer.start(database.url);
    pools = [1, 2].map(() => createPool(bouncer.url, 2, createLogger('silent')));
  });
  afterAll(async () => {
    for (const pool of pools) await pool.end();
    await bouncer.stop();
    await database.drop();
  });

  it('given one process seals, then another one may only when it has left', async () => {
    const [one, two] = pools.map((pool) => new SealArchive(pool));

    const leave = await one?.enter();
    const meanwhile = await two?.enter();
    leave?.();
    let afterwards = await two?.enter();
    for (let attempt = 0; attempt < 100 && afterwards === undefined; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      afterwards = await two?.enter();
    }

    expect(leave).toBeDefined();
    expect(meanwhile).toBeUndefined();
    expect(afterwards).toBeDefined();
    afterwards?.();
  });
});
