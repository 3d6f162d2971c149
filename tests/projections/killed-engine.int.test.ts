import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/platform/postgres.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { eventually } from '../event-store/support/waiting.js';
import { type Cast, changeAll, changeAllAtOnce, newCast } from './support/happenings.js';
import {
  engineName,
  projectionNames,
  RunningEngine,
  tablesAndFold,
} from './support/read-models.js';

const subject = usePostgresLog();
let engine: RunningEngine;
let cast: Cast;
beforeEach(async () => {
  engine = await RunningEngine.start(subject.log);
  cast = await newCast(subject.store);
  await engine.reaches(cast.position);
});
afterEach(() => engine.stop());

async function expectRowsOfTheLog(): Promise<void> {
  const { tables, fold } = await tablesAndFold(subject.log, subject.store);
  expect(tables).toEqual(fold);
}

const kill = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
   WHERE datname = current_database() AND application_name = '${engineName}'`;

/** Lets everybody read the table, and nobody write it. */
async function block(table: string): Promise<() => Promise<void>> {
  const blocker = await connect(subject.log.url);
  await blocker.query(`BEGIN; LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
  return () => blocker.end();
}

async function engineWaits(): Promise<boolean> {
  const waiting = await subject.log.query(
    `SELECT FROM pg_stat_activity
      WHERE application_name = '${engineName}' AND wait_event_type = 'Lock'`,
  );
  return waiting.length > 0;
}

describe('A projection engine whose connection is killed', () => {
  it.each([...projectionNames.map((name) => `read.${name}`), 'readers.checkpoints'])(
    'given it is about to write %s, then the batch happens wholly, and once',
    async (table) => {
      const before = (await tablesAndFold(subject.log, subject.store)).tables;
      const release = await block(table);
      try {
        await changeAllAtOnce(subject.store, cast, `killed at ${table}`);
        await eventually('it waits there', engineWaits);
        expect((await tablesAndFold(subject.log, subject.store)).tables).toEqual(before);
        expect(await subject.log.query(kill)).not.toEqual([]);
      } finally {
        await release();
      }

      await engine.reaches(cast.position);
      await expectRowsOfTheLog();
    },
  );

  it('given that again and again, when events go on, then nothing is lost or done twice', async () => {
    const killer = await connect(subject.log.url);
    let kills = 0;
    const writing = { isOver: false };
    const killing = (async () => {
      while (!writing.isOver)
        kills += (await killer.query(`${kill} AND state <> 'idle'`)).rows.length;
    })();
    try {
      for (let round = 0; kills < 6 || round < 20; round += 1) {
        await changeAll(subject.store, cast, `round ${round}`);
        expect(round).toBeLessThan(1_000);
      }
    } finally {
      writing.isOver = true;
      await killing;
      await killer.end();
    }

    await engine.reaches(cast.position);
    await expectRowsOfTheLog();
  }, 20_000);

  it('given all connections there are, stores included, then it comes back', async () => {
    for (let round = 0; round < 2; round += 1) {
      await subject.log.killAll();
      await changeAll(subject.store, cast, `after cut ${round}`);
      await engine.reaches(cast.position);
    }

    await expectRowsOfTheLog();
  });
});
