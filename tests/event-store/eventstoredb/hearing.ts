import { expect, it } from '@jest/globals';
import { type NewEvent } from '../../../src/event-store/event-store.js';
import { type EventStoreDbDouble } from '../../support/eventstoredb-double/eventstoredb-double.js';
import { ids, newStream, renamed } from '../support/events.js';
import { Follower } from '../support/follower.js';
import { inStreams, mark } from '../support/reading.js';
import { onDoubleLog } from '../support/use-eventstoredb-double.js';
import { eventually } from '../support/waiting.js';

export function hearingOfOthers(double: () => EventStoreDbDouble): void {
  it.concurrent.each([
    'breakSubscriptions',
    'endSubscriptions',
    'silenceSubscriptions',
    'cut',
  ] as const)(
    'given %s during a subscription, when others append, then nothing is missed, and soon it is heard at once again',
    (fault) =>
      onDoubleLog(double, {}, async (subject) => {
        const stream = newStream();
        const other = subject.open();
        const follower = new Follower(subject.store, { after: await mark(other) });
        await follower.untilAtEnd();
        const appended: NewEvent[] = [];
        const takes = async (): Promise<number> => {
          const event = renamed();
          appended.push(event);
          await other.append(stream, 'any', [event]);
          const begun = performance.now();
          await follower.untilSeen([event.id]);
          return performance.now() - begun;
        };
        await takes();

        for (let round = 0; round < 2; round += 1) {
          await subject.log[fault]();
          let promptInARow = 0;
          await eventually('it hears at once', async () => {
            promptInARow = (await takes()) < 400 ? promptInARow + 1 : 0;
            return promptInARow === 4;
          });
        }

        expect(ids(inStreams([stream], follower.entries))).toEqual(ids(appended));
        await follower.stop();
      })(),
  );
}
