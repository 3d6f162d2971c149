import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../event-store/support/waiting.js';
import { type Report } from '../accounting/report.js';
import { type Adapter } from '../support/adapter.js';
import { hasty } from '../support/naive-adapter.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { postgres } from '../support/postgres-adapter.js';
import { SmallDisk } from '../support/small-disk.js';
import { Stage } from '../support/stage.js';
import { type Scenario } from './scenario.js';

export const diskFull: Scenario = {
  name: 'disk-full',
  fault: 'the disk is full, and has room again',
  rounds: { short: 2, long: 4 },
  impossible: () => SmallDisk.obstacle(),
  run: (rounds) => fillUp(postgres, rounds),
  control: {
    naivety: 'an acknowledgement when an append was sent',
    exposes: 'lost',
    run: () => fillUp(hasty, 1),
  },
};

async function fillUp(adapter: Adapter, rounds: number): Promise<Report> {
  const disk = await SmallDisk.mount(256);
  const server = await OwnPostgres.start(
    { max_wal_size: '48MB', min_wal_size: '32MB' },
    { folder: disk.folder },
  );
  const stage = new Stage(adapter, server.url);
  stage.afterwards(() => disk.unmount());
  stage.afterwards(() => server.stop());
  return stage.play(diskFull.name, async ({ witness }) => {
    witness.follow('reader', stage.open());
    stage.write(stage.open(), 12, { pauseMs: 0 });
    for (let round = 0; round < rounds; round += 1) {
      await witness.acknowledges(100);
      await disk.fill(64 * 1024);
      // The table cannot grow; and then neither can the write-ahead log, from which the server dies, maybe at once.
      if (round % 2 === 1) await server.run('SELECT pg_switch_wal()').catch(() => undefined);
      await untilNothingIsAdded(adapter, server.url);
      // For longer than an append is tried, the first time: its outcome is unknown.
      await sleep(round === 0 ? 4_500 : 500);
      await disk.free();
      await witness.recovers();
    }
  });
}

async function untilNothingIsAdded(adapter: Adapter, url: string): Promise<void> {
  const end = async (): Promise<bigint | undefined> => {
    try {
      return (await adapter.read(url)).at(-1)?.position;
    } catch {
      return undefined;
    }
  };
  let last = await end();
  await eventually('nothing is added', async () => {
    await sleep(200);
    const before = last;
    last = await end();
    return last === before;
  });
}
