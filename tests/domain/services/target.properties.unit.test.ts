import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { serviceTypes, targetProblem } from '../../../src/domain/services/target.js';
import { anyTarget } from '../support/arbitrary-services.js';

const anyType = fc.constantFrom(...serviceTypes);

describe('Every target', () => {
  it('that names a host the way its type wants it can be checked', () =>
    fc.assert(fc.property(anyTarget, (target) => expect(targetProblem(target)).toBeUndefined())));

  it('with a space in it cannot be checked', () =>
    fc.assert(
      fc.property(anyTarget, fc.nat(), fc.constantFrom(' ', '\t', '\n'), (target, at, space) => {
        const { type, url } = target;
        const index = at % (url.length + 1);
        const spaced = `${url.slice(0, index)}${space}${url.slice(index)}`;
        expect(targetProblem({ type, url: spaced })).toBeDefined();
      }),
    ));

  it('is judged without an accident, whatever was written', () =>
    fc.assert(
      fc.property(anyType, fc.string({ unit: 'binary' }), (type, url) =>
        expect(() => targetProblem({ type, url })).not.toThrow(),
      ),
    ));
});
