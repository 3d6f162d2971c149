import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '../../../src/domain/decider.js';
import {
  type RosterCommand,
  type RosterState,
  superuserRoster,
} from '../../../src/domain/users/superuser-roster.js';
import { attempt, stateAfter, statesOf } from '../support/attempts.js';

const anyCommand: fc.Arbitrary<RosterCommand> = fc.record({
  type: fc.constantFrom('Enlist', 'Discharge'),
  userId: fc.constantFrom('ada', 'grace', 'linus'),
  asOf: fc.integer({ min: -1, max: 9 }),
});

const counted = ({ standing }: RosterState): number =>
  [...standing.values()].filter(({ isActive }) => isActive).length;

describe('Whoever comes and goes', () => {
  it('a superuser is left', () =>
    fc.assert(
      fc.property(fc.array(anyCommand), (commands) => {
        const first = stateAfter(superuserRoster, [{ type: 'Enlist', userId: 'ada', asOf: 0 }]);
        const states = statesOf(superuserRoster, commands, first);
        expect(states.map(counted)).not.toContain(0);
      }),
    ));

  it('the roster says nothing the second time', () =>
    fc.assert(
      fc.property(fc.array(anyCommand), anyCommand, (commands, command) => {
        const state = stateAfter(superuserRoster, [...commands, command]);
        expect(attempt(superuserRoster, command, state)).toEqual([]);
      }),
    ));

  it('an enlistment never overtakes a discharge that knew as much', () =>
    fc.assert(
      fc.property(fc.array(anyCommand), anyCommand, (commands, command) => {
        const state = stateAfter(superuserRoster, commands);
        const known = state.standing.get(command.userId);
        if (known === undefined || known.isActive || command.type === 'Discharge') return;
        const after = fold(superuserRoster, attempt(superuserRoster, command, state), state);
        const isEnlisted = after.standing.get(command.userId)?.isActive;
        expect(isEnlisted).toBe(command.asOf > known.asOf);
      }),
    ));

  it('no decision alters the roster it was made on', () =>
    fc.assert(
      fc.property(fc.array(anyCommand), anyCommand, (commands, command) => {
        const state = stateAfter(superuserRoster, commands);
        const copy = structuredClone(state);
        fold(superuserRoster, attempt(superuserRoster, command, state), state);
        expect(state).toEqual(copy);
      }),
    ));
});
