import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimStream } from '../../src/commands/reservations/name-claims.js';
import { type Application, startApplication } from '../../src/composition/application.js';
import { tokens } from '../../src/composition/tokens.js';
import { builtInRoles } from '../../src/domain/roles/built-in-roles.js';
import { userEmail } from '../../src/domain/names/unique-name.js';
import { readConfiguration } from '../../src/platform/configuration.js';
import { createLogger } from '../../src/platform/logger.js';
import { migrate } from '../../src/platform/migrations.js';
import { MemoryDirectory } from '../../src/projections/memory-directory.js';
import { metadata } from '../event-store/support/events.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { connect } from '../../src/platform/postgres.js';

const email = 'admin@watchbook.local';
let database: TestDatabase;
let dataDir: string;
const running: Application[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(path.join(tmpdir(), 'watchbook-first-start-'));
});
afterEach(async () => {
  for (const application of running.splice(0)) await application.stop();
  await database.drop();
  await rm(dataDir, { recursive: true });
});

async function start(): Promise<Application> {
  const configuration = readConfiguration({
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
  });
  const application = await startApplication(configuration, createLogger('silent'));
  running.push(application);
  return application;
}

async function passwords(application: Application): Promise<number> {
  const { rows } = await application.container
    .get(tokens.pool)
    .query('SELECT FROM secrets.credentials');
  return rows.length;
}

/** As a process leaves it that is killed between claiming the address and registering the user. */
async function claimedSomeTimeAgo(seconds: number): Promise<void> {
  await migrate(database.url, 'up');
  const client = await connect(database.url);
  const claim = { kind: 'user-email', holderId: randomUUID(), asOf: -1 };
  await client.query(
    `INSERT INTO log.events
       (position, stream, revision, id, type, version, data, metadata, recorded_at)
     VALUES (1, $1, 0, $2, 'NameClaimed', 1, $3, $4, now() - $5 * interval '1 second')`,
    [claimStream(userEmail(email)), randomUUID(), claim, metadata(), seconds],
  );
  await client.end();
}

describe('The first start', () => {
  it('given nobody is there, then an administrator is made, with a password told once', async () => {
    const application = await start();
    const { firstAdministrator } = application;

    expect(firstAdministrator?.email).toBe(email);
    expect(firstAdministrator?.generatedPassword).toMatch(/^[\w-]{20}$/);
    const admin = application.container.get(MemoryDirectory).byEmail(email);
    expect(admin).toMatchObject({ isActive: true, actor: { isSuperuser: true } });
    expect((await start()).firstAdministrator).toBeUndefined();
  });

  it('given it is over, then the built-in roles are what this version says', async () => {
    const { container } = await start();

    const { rows } = await container
      .get(tokens.pool)
      .query<{ name: string; permissions: string[] }>(
        'SELECT name, permissions FROM read.roles WHERE built_in ORDER BY name',
      );

    const expected = [...builtInRoles].map(([name, permissions]) => ({ name, permissions }));
    expect(rows).toEqual(expected.sort((a, b) => (a.name < b.name ? -1 : 1)));
  });

  it('given two processes at once, then one administrator comes of it, and one password', async () => {
    const [one, other] = await Promise.all([start(), start()]);

    const made = [one, other].filter(({ firstAdministrator }) => firstAdministrator !== undefined);
    expect(made).toHaveLength(1);
    expect(await passwords(one)).toBe(1);
  });

  it('given one was killed in the middle of it, then the next start makes up for it', async () => {
    await claimedSomeTimeAgo(14);

    const { firstAdministrator } = await start();

    expect(firstAdministrator?.email).toBe(email);
  });
});
