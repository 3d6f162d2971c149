import { describe, expect, it } from '@jest/globals';
import { commandContext } from '../../src/commands/context.js';
import { type EventWriter } from '../../src/commands/event-writer.js';
import { RefusalRecorder } from '../../src/commands/refusal-recorder.js';
import { type DomainEvent } from '../../src/domain/events.js';
import { tagStream } from '../../src/event-store/stream-id.js';
import { somebodyWith } from './support/workshop.js';

const refused = { command: 'ChangeTag', target: tagStream('urgent'), reason: 'Not authorized' };
const burst = 30;
const refillMs = 20_000;

/** A recorder with a clock, and what it wrote. */
function recorder(): {
  refuse: (actor: ReturnType<typeof somebodyWith>, times?: number) => Promise<void>;
  unrecorded: (actor: ReturnType<typeof somebodyWith>) => number[];
  pass: (ms: number) => void;
} {
  let now = 1_000_000;
  const written = new Map<string, DomainEvent[]>();
  const recording = new RefusalRecorder(() => now);
  const write: EventWriter = (stream, revision, events) => {
    expect(revision).toBe('any');
    written.set(stream, [...(written.get(stream) ?? []), ...events]);
    return Promise.resolve({ revision: 0, position: 1n });
  };
  return {
    async refuse(actor, times = 1) {
      for (let n = 0; n < times; n += 1)
        await recording.record(commandContext(actor), refused, write);
    },
    unrecorded: (actor) =>
      (written.get(`refusals-${actor.id}`) ?? []).flatMap((event) =>
        event.type === 'CommandRefused' ? [event.data.unrecorded] : [],
      ),
    pass: (ms) => (now += ms),
  };
}

describe('Recording refusals', () => {
  it('given few, then each is recorded', async () => {
    const { refuse, unrecorded } = recorder();
    const actor = somebodyWith();

    await refuse(actor, burst);

    expect(unrecorded(actor)).toEqual(Array.from({ length: burst }, () => 0));
  });

  it('given many, then the rest is counted, and told with the next one recorded', async () => {
    const { refuse, unrecorded, pass } = recorder();
    const actor = somebodyWith();

    await refuse(actor, burst + 12);
    expect(unrecorded(actor)).toHaveLength(burst);
    pass(refillMs);
    await refuse(actor, 2);

    expect(unrecorded(actor).slice(burst)).toEqual([12]);
    pass(refillMs);
    await refuse(actor);
    expect(unrecorded(actor).slice(burst)).toEqual([12, 1]);
  });

  it('given a steady stream, then there is one in twenty seconds, whatever the pace', async () => {
    const { refuse, unrecorded, pass } = recorder();
    const actor = somebodyWith();
    await refuse(actor, burst);

    for (let second = 1; second <= 600; second += 1) {
      pass(1_000);
      await refuse(actor);
    }

    expect(unrecorded(actor)).toHaveLength(burst + 600 / 20);
  });

  it('given a long silence, then no more is saved up than for one burst', async () => {
    const { refuse, unrecorded, pass } = recorder();
    const actor = somebodyWith();
    await refuse(actor);
    pass(100 * burst * refillMs);

    await refuse(actor, 2 * burst);

    expect(unrecorded(actor)).toHaveLength(1 + burst);
  });

  it('given one is refused all the time, then others are recorded as ever', async () => {
    const { refuse, unrecorded } = recorder();
    const [noisy, quiet] = [somebodyWith(), somebodyWith()];
    await refuse(noisy, 1_000);

    await refuse(quiet);

    expect(unrecorded(quiet)).toEqual([0]);
    expect(unrecorded(noisy)).toHaveLength(burst);
  });

  it('given more actors than it remembers, then who is refused now is still bounded', async () => {
    const { refuse, unrecorded } = recorder();
    const noisy = somebodyWith();
    await refuse(noisy, burst + 1);
    for (let n = 0; n < 10_050; n += 1) {
      await refuse(somebodyWith());
      if (n % 1_000 === 0) await refuse(noisy);
    }

    expect(unrecorded(noisy)).toHaveLength(burst);
  });
});
