import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../event-store/support/waiting.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { createTestDatabase } from '../../support/test-database.js';
import { type Report } from '../accounting/report.js';
import { type Witness } from '../accounting/witness.js';
import { type Adapter } from '../support/adapter.js';
import { sequenced } from '../support/naive-adapter.js';
import { postgres } from '../support/postgres-adapter.js';
import { Stage } from '../support/stage.js';
import { type WriterOptions } from '../support/writer.js';
import { type Scenario } from './scenario.js';

export const brokenConnections: Scenario = {
  name: 'broken-connections',
  fault: 'connections are cut, lose replies, are refused, fall silent, lag and drip',
  rounds: { short: 6, long: 12 },
  run: (rounds) => breakConnections(postgres, Object.values(faults), rounds),
  control: {
    naivety: 'a client that takes an unknown outcome for a failure',
    exposes: 'doubled',
    run: () => breakConnections(sequenced, [faults.lostReplies], 3, { repeats: 'with new ids' }),
  },
};

type Break = (proxy: TcpProxy, witness: Witness) => Promise<void>;

/** Each ends when all is well again, and notes how long that took. */
const faults = {
  cut: async (proxy, witness) => {
    proxy.cut();
    await witness.recovers();
  },

  lostReplies: async (proxy, witness) => {
    const before = proxy.repliesLost;
    // It is in what each event says, and in nothing that readers say.
    proxy.loseRepliesTo('tagId');
    await eventually('something is done, and nobody hears of it', () => proxy.repliesLost > before);
    await proxy.restore();
    proxy.cut();
    await witness.recovers();
  },

  refused: async (proxy, witness) => {
    await proxy.refuse();
    await sleep(300);
    await proxy.restore();
    await witness.recovers();
  },

  /** Longer than an append is tried: its outcome is unknown. */
  halfOpen: async (proxy, witness) => {
    proxy.swallow();
    await sleep(4_500);
    await proxy.restore();
    await witness.recovers();
  },

  lag: async (proxy, witness) => {
    proxy.slow({ latencyMs: 150 });
    await witness.recovers();
    await proxy.restore();
  },

  drip: async (proxy, witness) => {
    proxy.slow({ bytesPerSecond: 20_000 });
    await witness.recovers();
    await proxy.restore();
  },
} satisfies Record<string, Break>;

async function breakConnections(
  adapter: Adapter,
  breaks: readonly Break[],
  rounds: number,
  options: WriterOptions = {},
): Promise<Report> {
  const database = await createTestDatabase();
  const proxy = await TcpProxy.start(database.url);
  const stage = new Stage(adapter, proxy.url);
  stage.afterwards(() => database.drop());
  stage.afterwards(() => proxy.stop());
  return stage.play(brokenConnections.name, async ({ witness }) => {
    witness.follow('reader that is not cut off', stage.open(database.url));
    const reader = witness.follow('reader', stage.open());
    stage.write(stage.open(), 6, options);
    stage.writeInProcess('second', 6, options);
    await witness.acknowledges(100);
    for (let round = 0; round < rounds; round += 1) {
      witness.follow(`reader from ${round}`, stage.open(), reader.checkpoint);
      await witness.acknowledges(30);
      await breaks[round % breaks.length]?.(proxy, witness);
    }
  });
}
