import { describe, expect, it } from '@jest/globals';
import { recognise } from '../../../src/event-store/eventstoredb/recognise.js';

/** Names stand for ids; the first is at revision 10 and position 100. */
function stream(names: string): { id: string; revision: number; position: bigint }[] {
  return Array.from(names, (id, index) => ({
    id,
    revision: 10 + index,
    position: BigInt(100 + index),
  })).reverse();
}

const events = (names: string): { id: string }[] => Array.from(names, (id) => ({ id }));

describe('Whether events are in a stream already', () => {
  it.each([
    ['abcde', 'bcd', { revision: 13, position: 103n }],
    ['abcde', 'abcde', { revision: 14, position: 104n }],
    ['abcde', 'e', { revision: 14, position: 104n }],
    ['abcde', 'a', { revision: 10, position: 100n }],
    ['abcde', 'xyz', 'nowhere'],
    ['', 'a', 'nowhere'],
    ['abcde', 'ex', 'in part'],
    ['abcde', 'xa', 'in part'],
    ['abcde', 'dc', 'in part'],
    ['abcde', 'ac', 'in part'],
    ['bcd', 'ab', 'in part'],
    ['abcabc', 'abc', { revision: 15, position: 105n }],
  ] as const)('given %s, when %s comes, then %j', (there, come, expected) => {
    expect(recognise(events(come), stream(there))).toEqual(expected);
  });
});
