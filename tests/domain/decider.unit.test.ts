import { describe, expect, it } from '@jest/globals';
import { type Decider, fold } from '../../src/domain/decider.js';

const counter: Decider<readonly string[], never, string> = {
  initial: ['nothing'],
  evolve: (state, event) => [...state, event],
  decide: () => [],
};

describe('Folding events', () => {
  it('starts with the initial state', () => expect(fold(counter, [])).toBe(counter.initial));

  it('goes through them in order', () =>
    expect(fold(counter, ['one', 'two'])).toStrictEqual(['nothing', 'one', 'two']));

  it('goes on from an earlier state', () =>
    expect(fold(counter, ['three'], ['two'])).toStrictEqual(['two', 'three']));

  it('takes events as they come', () =>
    expect(fold(counter, new Set(['one', 'two']).values())).toStrictEqual([
      'nothing',
      'one',
      'two',
    ]));
});
