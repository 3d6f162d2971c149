import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Client, type Pool } from 'pg';
import { createLogger } from '../../src/platform/logger.js';
import { connect, createPool } from '../../src/platform/postgres.js';
import { carryOut } from '../../src/projections/rebuild/carry-out.js';
import { ProjectionRequests } from '../../src/projections/rebuild/projection-requests.js';
import { Rebuilds } from '../../src/projections/rebuild/rebuilds.js';
import { rowFold } from '../../src/projections/row-fold.js';
import { services } from '../../src/projections/services.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { append, type Cast, newCast } from './support/happenings.js';
import { checkpoint, foldOf, RunningEngine, tableOf } from './support/read-models.js';

const subject = usePostgresLog();
const fold = rowFold(services);
let engine: RunningEngine;
let cast: Cast;
let pool: Pool;
let rebuilds: Rebuilds;
let proxy: TcpProxy;

beforeEach(async () => {
  engine = await RunningEngine.start(subject.log, [fold]);
  cast = await newCast(subject.store);
  for (let round = 0; round < 5; round += 1) await change();
  await engine.reaches(cast.position);
  pool = createPool(subject.log.url, 2, createLogger('silent'));
  rebuilds = new Rebuilds(pool);
  proxy = await TcpProxy.start(subject.log.url);
  // Nobody else shall be faster.
  await engine.stopRebuilding();
});
afterEach(async () => {
  await proxy.stop();
  await engine.stop();
  await pool.end();
});

/** Applying that twice would show, as would leaving it out. */
async function change(): Promise<void> {
  const { serviceId } = cast;
  await append(subject.store, cast, `service-${serviceId}`, {
    type: 'ServiceTagged',
    data: { serviceId, tagId: randomUUID() },
  });
}

/** A connection that breaks before it has sent so many statements. @returns Whether it did. */
async function carryOutUntil(statement: number, client: Client, cut: () => void): Promise<boolean> {
  let sent = 0;
  const query: unknown = client.query.bind(client);
  if (typeof query !== 'function') throw new Error('Unreachable: it is a function');
  Reflect.set(client, 'query', (...given: unknown[]): unknown => {
    sent += 1;
    if (sent === statement) cut();
    const answer: unknown = Reflect.apply(query, client, given);
    return answer;
  });
  const rebuild = await rebuilds.claim([fold]);
  if (rebuild === undefined) throw new Error('Nothing to carry out');
  const { signal } = new AbortController();
  try {
    const parts = { store: subject.store, client, fold: fold.anew(), signal };
    await carryOut(rebuild, { ...parts, onProgress: () => undefined });
  } catch (error) {
    if (sent < statement) throw error;
  }
  await rebuilds.release(rebuild);
  return sent >= statement;
}

async function expectWhole(): Promise<void> {
  await engine.reaches(cast.position);
  expect(await tableOf(subject.log, services)).toEqual(await foldOf(subject.store, services));
}

/** Begins one anew, and lets it be killed there. @returns Whether it came that far. */
async function isKilledAt(statement: number, kind: 'rebuild' | 'rollBack'): Promise<boolean> {
  await new ProjectionRequests(pool)[kind](randomUUID(), 'services', null);
  const client = await connect(proxy.url, { timeoutMs: 0 });
  const isKilled = await carryOutUntil(statement, client, () => proxy.cut());
  await client.end().catch(() => undefined);
  return isKilled;
}

async function carryOutTheRest(): Promise<void> {
  const client = await connect(subject.log.url, { timeoutMs: 0 });
  await carryOutUntil(Infinity, client, () => undefined);
  await client.end();
}

describe.each([
  { kind: 'rebuild', statements: 30 },
  { kind: 'rollBack', statements: 15 },
] as const)('A $kind that is killed', ({ kind, statements }) => {
  it('given that at each of its statements, then the live table stays whole, and another one ends it', async () => {
    if (kind === 'rollBack') {
      await new ProjectionRequests(pool).rebuild(randomUUID(), 'services', null);
      await carryOutTheRest();
    }
    let statement = 1;
    while (await isKilledAt(statement, kind)) {
      await expectWhole();
      await change();
      // The very last answer may get lost when all is done.
      if (await rebuilds.isAnyWaiting()) await carryOutTheRest();
      await change();
      await expectWhole();
      statement += 1;
    }

    expect(statement).toBeGreaterThan(statements);
    expect(await checkpoint(subject.log, 'services')).toMatchObject({ position: cast.position });
    expect(await subject.log.query(`SELECT to_regclass('read_next.services') AS next`)).toEqual([
      { next: null },
    ]);
  }, 120_000);
});
