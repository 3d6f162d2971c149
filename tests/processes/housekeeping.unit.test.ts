import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { Housekeeping } from '../../src/processes/housekeeping.js';
import { gate } from '../event-store/support/waiting.js';

const hour = 60 * 60 * 1000;
let logged: string[];
let done: string[];

beforeEach(() => {
  jest.useFakeTimers();
  logged = [];
  done = [];
});
afterEach(() => void jest.useRealTimers());

function housekeeping(...chores: { name: string; run: () => Promise<void> }[]): Housekeeping {
  return new Housekeeping(chores, pino({}, { write: (line) => void logged.push(line) }));
}

const sweep = {
  name: 'sweep',
  run: () => {
    done.push('sweep');
    return Promise.resolve();
  },
};
const broken = { name: 'break', run: () => Promise.reject(new Error('It broke')) };

describe('Housekeeping', () => {
  it('given a chore, then it is done at the start, and every hour until it stops', async () => {
    const keeping = housekeeping(sweep);

    keeping.start();
    expect(done).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(2 * hour);
    expect(done).toHaveLength(3);

    await keeping.stop();
    await jest.advanceTimersByTimeAsync(2 * hour);
    expect(done).toHaveLength(3);
  });

  it('given one fails, then the next is done, it is said which, and tried again', async () => {
    const keeping = housekeeping(broken, sweep);

    keeping.start();
    await jest.advanceTimersByTimeAsync(hour);

    expect(done).toHaveLength(2);
    expect(logged).toHaveLength(2);
    expect(logged[0]).toContain('"chore":"break"');
    await keeping.stop();
  });

  it('given one is being done, when it stops, then not before that is over', async () => {
    const chore = gate();
    const keeping = housekeeping({ name: 'long', run: () => chore.opened });
    keeping.start();
    let hasStopped = false;

    const stopping = keeping.stop().then(() => (hasStopped = true));
    await jest.advanceTimersByTimeAsync(1);
    expect(hasStopped).toBe(false);
    chore.open();
    await stopping;

    expect(hasStopped).toBe(true);
  });
});
