import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase } from '../../support/test-database.js';
import { type Report } from '../accounting/report.js';
import { postgres } from '../support/postgres-adapter.js';
import { Stage } from '../support/stage.js';
import { type Step, steps, SubscriberProcess } from '../support/subscriber-process.js';
import { type Scenario } from './scenario.js';

export const subscriberKilled: Scenario = {
  name: 'subscriber-killed',
  fault: 'a subscriber is killed at every step of what it does with a batch, and at any moment',
  rounds: { short: steps.length, long: 2 * (steps.length + 1) },
  run: (rounds) => killSubscriber([...steps, undefined], rounds),
  control: {
    naivety: 'a subscriber who saves its checkpoint before it has done its work',
    exposes: 'skipped',
    run: () => killSubscriber(['moved'], 1, true),
  },
};

/** @param places Where it dies; at any moment, where none is said. */
async function killSubscriber(
  places: readonly (Step | undefined)[],
  rounds: number,
  isNaive = false,
): Promise<Report> {
  const database = await createTestDatabase();
  const stage = new Stage(postgres, database.url);
  stage.afterwards(() => database.drop());
  return stage.play(subscriberKilled.name, async ({ witness }) => {
    const subscriber = witness.watch(new SubscriberProcess(postgres.name, database.url));
    await subscriber.prepare();
    stage.write(stage.open(), 4, { pauseMs: 40 });
    subscriber.live({ isNaive, diesWhen: places[0] });
    for (let round = 0; round < rounds; round += 1) {
      if (places[round % places.length] === undefined) {
        await sleep(Math.random() * 200);
        await subscriber.kill();
      } else {
        await subscriber.died();
      }
      const died = performance.now();
      const isLast = round === rounds - 1;
      subscriber.live({
        isNaive,
        diesWhen: isLast ? undefined : places[(round + 1) % places.length],
      });
      await witness.recovers(undefined, died);
    }
  });
}
