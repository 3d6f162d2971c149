import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '../../../src/domain/decider.js';
import {
  claim,
  type ClaimCommand,
  type ClaimState,
  NameIsClaimed,
} from '../../../src/domain/names/claim.js';

const command: fc.Arbitrary<ClaimCommand> = fc.record({
  type: fc.constantFrom('ClaimName', 'ReleaseName', 'TakeOverName'),
  kind: fc.constant('tag-name'),
  holderId: fc.constantFrom('a', 'b', 'c'),
  asOf: fc.integer({ min: -1, max: 9 }),
});

function next(state: ClaimState, wanted: ClaimCommand): ClaimState {
  try {
    return fold(claim, claim.decide(wanted, state), state);
  } catch (error) {
    expect(error).toBeInstanceOf(NameIsClaimed);
    return state;
  }
}

const anyState: fc.Arbitrary<ClaimState> = fc
  .array(command)
  .map((commands) => commands.reduce(next, claim.initial));

const holderOf = (state: ClaimState): string | undefined =>
  state === 'free' ? undefined : state.holderId;

describe('Whatever is asked of a name', () => {
  it('nobody loses it but by a takeover, or by their own release', () =>
    fc.assert(
      fc.property(anyState, command, (before, wanted) => {
        const holder = holderOf(before);
        fc.pre(holder !== undefined && wanted.type !== 'TakeOverName');
        if (holderOf(next(before, wanted)) === holder) return;
        expect(wanted).toMatchObject({ type: 'ReleaseName', holderId: holder });
      }),
    ));

  it('whoever claims it has it, unless somebody else does', () =>
    fc.assert(
      fc.property(anyState, command, (before, wanted) => {
        fc.pre(wanted.type === 'ClaimName');
        expect(holderOf(next(before, wanted))).toBe(holderOf(before) ?? wanted.holderId);
      }),
    ));

  it('whoever takes it over has it', () =>
    fc.assert(
      fc.property(anyState, command, (before, wanted) => {
        fc.pre(wanted.type === 'TakeOverName');
        expect(holderOf(next(before, wanted))).toBe(wanted.holderId);
      }),
    ));

  it('the second release says nothing', () =>
    fc.assert(
      fc.property(anyState, command, (before, wanted) => {
        fc.pre(wanted.type === 'ReleaseName');
        const after = next(before, wanted);
        expect(claim.decide(wanted, after)).toEqual([]);
      }),
    ));
});
