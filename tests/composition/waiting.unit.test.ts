import { describe, expect, it } from '@jest/globals';
import { Waiting } from '../../src/composition/waiting.js';
import { ReadModelGate } from '../../src/projections/read-model-gate.js';

describe('Waiting until everything here knows of a position', () => {
  it('given tables and users both get there, then it is seen', async () => {
    const [tables, users] = [new ReadModelGate(), new ReadModelGate()];
    const seen = new Waiting([tables, users]).until(5n, 5_000);

    tables.advance(5n);
    users.advance(6n);

    expect(await seen).toBe(true);
  });

  it('given one of them does not, when the time is up, then it is not', async () => {
    const [tables, users] = [new ReadModelGate(), new ReadModelGate()];
    tables.advance(5n);

    expect(await new Waiting([tables, users]).until(5n, 1)).toBe(false);
  });
});
