import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { isUuid } from '../../src/event-store/uuid.js';

describe('Telling a UUID', () => {
  it('given a text, when looked at, then it is one when zod says so', () => {
    const oneOff = fc
      .tuple(fc.uuid(), fc.nat(35), fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }))
      .map(([id, place, other]) => id.slice(0, place) + other + id.slice(place + 1));
    const odd = fc.constantFrom(
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      '',
    );
    const upper = fc.uuid().map((id) => id.toUpperCase());

    fc.assert(
      fc.property(fc.oneof(fc.uuid(), oneOff, odd, upper, fc.string()), (text) => {
        expect(isUuid(text)).toBe(z.uuid().safeParse(text).success);
      }),
      { numRuns: 5_000 },
    );
  });
});
