import { describe, expect, it } from '@jest/globals';
import { ReadModelGate } from '../../src/projections/read-model-gate.js';

const soon = 5_000;

describe('A read model gate', () => {
  it('given a position that was reached, when somebody waits for it, then not at all', async () => {
    const gate = new ReadModelGate();
    gate.advance(7n);

    expect(await gate.waitFor(7n, 0)).toBe(true);
    expect(gate.isAwaited).toBe(false);
  });

  it('given some wait, when it advances, then those wake whose position it has reached', async () => {
    const gate = new ReadModelGate();
    const woken: bigint[] = [];
    const waits = [5n, 3n, 4n].map(async (position) => {
      expect(await gate.waitFor(position, soon)).toBe(true);
      woken.push(position);
    });

    gate.advance(4n);
    await Promise.all(waits.slice(1));
    expect(woken).toEqual([3n, 4n]);
    expect(gate.isAwaited).toBe(true);

    gate.advance(9n);
    await Promise.all(waits);
    expect(gate.isAwaited).toBe(false);
  });

  it('given it never gets there, when the time is up, then it says so and forgets it', async () => {
    const gate = new ReadModelGate();
    gate.advance(1n);

    expect(await gate.waitFor(2n, 1)).toBe(false);
    expect(gate.isAwaited).toBe(false);
  });

  it('given a position it has passed, when told again, then it does not go back', async () => {
    const gate = new ReadModelGate();
    gate.advance(9n);
    gate.advance(2n);

    expect(gate.position).toBe(9n);
    expect(await gate.waitFor(9n, 0)).toBe(true);
  });
});
