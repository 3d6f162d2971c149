import { describe, it } from '@jest/globals';
import { type SuperuserRosterEvent } from '../../../src/domain/users/events.js';
import { superuserRoster } from '../../../src/domain/users/superuser-roster.js';
import { given } from '../support/specification.js';

const enlisted = (userId: string, asOf: number): SuperuserRosterEvent => ({
  type: 'SuperuserEnlisted',
  data: { userId, asOf },
});
const discharged = (userId: string, asOf: number): SuperuserRosterEvent => ({
  type: 'SuperuserDischarged',
  data: { userId, asOf },
});

describe('Enlisting a superuser', () => {
  it('enlists the first one', () =>
    given(superuserRoster)
      .when({ type: 'Enlist', userId: 'ada', asOf: 1 })
      .then([enlisted('ada', 1)]));

  it('enlists another', () =>
    given(superuserRoster, [enlisted('ada', 1)])
      .when({ type: 'Enlist', userId: 'grace', asOf: 0 })
      .then([enlisted('grace', 0)]));

  it.each([0, 1, 2])('says nothing when they are enlisted (as of %d)', (asOf) =>
    given(superuserRoster, [enlisted('ada', 1)])
      .when({ type: 'Enlist', userId: 'ada', asOf })
      .thenNothing(),
  );

  const history = [enlisted('ada', 1), enlisted('grace', 1), discharged('ada', 4)];

  it('enlists again who was discharged', () =>
    given(superuserRoster, history)
      .when({ type: 'Enlist', userId: 'ada', asOf: 5 })
      .then([enlisted('ada', 5)]));

  it.each([3, 4])(
    'says nothing when it comes after a discharge that knew more (as of %d)',
    (asOf) =>
      given(superuserRoster, history).when({ type: 'Enlist', userId: 'ada', asOf }).thenNothing(),
  );
});

describe('Discharging a superuser', () => {
  it('discharges one of two', () =>
    given(superuserRoster, [enlisted('ada', 1), enlisted('grace', 1)])
      .when({ type: 'Discharge', userId: 'ada', asOf: 1 })
      .then([discharged('ada', 1)]));

  it('is refused for the last one', () =>
    given(superuserRoster, [enlisted('ada', 1)])
      .when({ type: 'Discharge', userId: 'ada', asOf: 1 })
      .thenRefused('last-superuser'));

  it('is refused for the one who is left', () =>
    given(superuserRoster, [enlisted('ada', 1), enlisted('grace', 1), discharged('ada', 2)])
      .when({ type: 'Discharge', userId: 'grace', asOf: 3 })
      .thenRefused('last-superuser'));

  it('is told of somebody who is not enlisted, so that an enlistment under way loses', () =>
    given(superuserRoster, [enlisted('ada', 1)])
      .when({ type: 'Discharge', userId: 'grace', asOf: -1 })
      .then([discharged('grace', -1)]));

  it('is told again when it knows more', () =>
    given(superuserRoster, [enlisted('ada', 1), discharged('grace', 2)])
      .when({ type: 'Discharge', userId: 'grace', asOf: 3 })
      .then([discharged('grace', 3)]));

  it.each([1, 2])('says nothing after one that knew as much (as of %d)', (asOf) =>
    given(superuserRoster, [enlisted('ada', 1), discharged('grace', 2)])
      .when({ type: 'Discharge', userId: 'grace', asOf })
      .thenNothing(),
  );
});

describe('Discharging a superuser on what was known before they were enlisted', () => {
  it('says nothing', () =>
    given(superuserRoster, [enlisted('ada', 1), enlisted('grace', 7)])
      .when({ type: 'Discharge', userId: 'grace', asOf: 4 })
      .thenNothing());

  it('says nothing of the last one, either', () =>
    given(superuserRoster, [enlisted('ada', 7)])
      .when({ type: 'Discharge', userId: 'ada', asOf: 4 })
      .thenNothing());
});
