import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findNotJson } from '../../src/event-store/json.js';

class Money {
  readonly cents = 5;
}

const circle: { list: unknown[] } = { list: [] };
circle.list.push(circle);

describe('What JSON cannot carry', () => {
  it('given what JSON can carry, when looked at, then there is nothing to be found', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(findNotJson(value)).toBeUndefined();
      }),
    );
  });

  it.each([
    { what: 'undefined', value: { a: undefined }, path: ['a'] },
    { what: 'NaN', value: { a: [1, NaN] }, path: ['a', 1] },
    { what: '-Infinity', value: -Infinity, path: [] },
    { what: 'bigint', value: { a: { b: 2n } }, path: ['a', 'b'] },
    { what: 'function', value: { toJSON: () => 'else' }, path: ['toJSON'] },
    { what: 'symbol', value: [Symbol('s')], path: [0] },
    { what: 'undefined', value: { a: Array.from({ length: 2 }) }, path: ['a', 0] },
    { what: 'an object of class Date', value: { a: new Date(0) }, path: ['a'] },
    { what: 'an object of class Map', value: new Map(), path: [] },
    { what: 'an object of class Money', value: [{ price: new Money() }], path: [0, 'price'] },
    { what: 'text with half a character', value: { a: 'x\ud83d' }, path: ['a'] },
  ])('given $what at $path, when looked at, then it is found there', ({ what, value, path }) => {
    expect(findNotJson(value)).toEqual({ what, path });
  });

  it('given a circle, when looked at, then it comes to an end', () => {
    expect(findNotJson(circle)?.what).toMatch(/circle/);
  });
});
