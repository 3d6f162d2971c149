import { describe, expect, it } from '@jest/globals';
import { inSlices, nextTurn } from '../../src/platform/slices.js';

/** Keeps the thread busy, as folding an event does. */
function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

const numbers = Array.from({ length: 60 }, (_, index) => index);

describe('Work in slices', () => {
  it('given much of it, then all is done in order, and others have turns meanwhile', async () => {
    const done: number[] = [];
    let turns = 0;
    const count = setInterval(() => {
      turns += 1;
    }, 1);

    await inSlices(numbers, (number) => {
      work(1);
      done.push(number);
    });
    clearInterval(count);

    expect(done).toEqual(numbers);
    expect(turns).toBeGreaterThan(2);
  });

  it('given two who have much to do, then they have one slice in a turn between them', async () => {
    let inThisTurn = 0;
    let most = 0;
    let isOver = false;
    const countTurns = (): void => {
      inThisTurn = 0;
      if (!isOver) setImmediate(countTurns);
    };
    const doMuch = async (): Promise<void> => {
      for (let slice = 0; slice < 10; slice += 1) {
        await nextTurn();
        inThisTurn += 1;
        most = Math.max(most, inThisTurn);
      }
    };
    setImmediate(countTurns);

    await Promise.all([doMuch(), doMuch(), doMuch()]);
    isOver = true;

    expect(most).toBe(1);
  });

  it('given one of them fails, then so does all of it, and the others go on', async () => {
    const failing = inSlices(numbers, (number) => {
      if (number === 3) throw new Error('Not this one');
    });

    await expect(failing).rejects.toThrow('Not this one');
    await expect(nextTurn()).resolves.toBeUndefined();
  });
});
