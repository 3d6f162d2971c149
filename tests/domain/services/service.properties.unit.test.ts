import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '../../../src/domain/decider.js';
import { service, type ServiceCommand } from '../../../src/domain/services/service.js';
import {
  existing,
  type Service,
  type ServiceState,
} from '../../../src/domain/services/service-state.js';
import { type ServiceChanges } from '../../../src/domain/services/service-changes.js';
import { targetProblem } from '../../../src/domain/services/target.js';
import { attempt, stateAfter, statesOf } from '../support/attempts.js';
import {
  anyCommand,
  anyEvent,
  anyLaterCommand,
  anyLaterEvent,
  anySettings,
} from '../support/arbitrary-services.js';

const register = (settings: Service): ServiceCommand => ({ ...settings, type: 'RegisterService' });

/** A service somewhere in its life: registered, and changed in ways the rules let pass. */
const anyState: fc.Arbitrary<ServiceState> = fc
  .tuple(anySettings, fc.array(anyLaterCommand, { maxLength: 8 }))
  .map(([settings, later]) => stateAfter(service, [register(settings), ...later]));

const anyActive = anyState.filter(({ status }) => status === 'active');

/** Everything about a service that somebody can want at once. */
function allOf(settings: Service): ServiceChanges {
  const { name, target, schedule, thresholds, expectation, tagIds } = settings;
  const { type: serviceType, url } = target;
  return { name, serviceType, url, schedule, thresholds, expectation, tagIds };
}

describe('Whatever is asked of a service', () => {
  it('its settings fit together', () =>
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 12 }), (commands) => {
        for (const state of statesOf(service, commands)) {
          if (state.status === 'unborn') continue;
          const { target, expectation, schedule, tagIds } = state;
          expect(targetProblem(target)).toBeUndefined();
          expect(expectation.type).toBe(target.type);
          expect(schedule.timeoutMs).toBeLessThan(schedule.intervalSeconds * 1000);
          expect(new Set(tagIds).size).toBe(tagIds.length);
          expect(tagIds.length).toBeLessThanOrEqual(50);
        }
      }),
    ));

  it('asking it again changes nothing, or cannot be', () =>
    fc.assert(
      fc.property(anyState, anyLaterCommand, (state, command) => {
        const once = fold(service, attempt(service, command, state), state);
        expect(attempt(service, command, once)).toEqual([]);
      }),
    ));

  it('every event makes a difference', () =>
    fc.assert(
      fc.property(anyState, anyLaterCommand, (state, command) => {
        let before = state;
        for (const event of attempt(service, command, state)) {
          const after = service.evolve(before, event);
          expect(after).not.toEqual(before);
          before = after;
        }
      }),
    ));

  it('no decision alters the state it was made on', () =>
    fc.assert(
      fc.property(anyState, anyCommand, (state, command) => {
        const copy = structuredClone(state);
        fold(service, attempt(service, command, state), state);
        expect(state).toEqual(copy);
      }),
    ));
});

describe('The events of a decision', () => {
  it('register exactly what was wanted', () =>
    fc.assert(
      fc.property(anySettings, (settings) =>
        expect(stateAfter(service, [register(settings)])).toEqual({
          ...settings,
          status: 'active',
        }),
      ),
    ));

  it('lead to exactly the settings that were wanted, and to nothing else', () =>
    fc.assert(
      fc.property(anyActive, anySettings, (state, wanted) => {
        const command: ServiceCommand = { ...allOf(wanted), type: 'ChangeService' };
        const after = existing(fold(service, service.decide(command, state), state));
        const { name, target, schedule, thresholds, expectation } = wanted;
        expect({ ...after, tagIds: [...after.tagIds].sort() }).toEqual({
          ...existing(state),
          ...{ name, target, schedule, thresholds, expectation },
          tagIds: [...wanted.tagIds].sort(),
        });
      }),
    ));
});

describe('The fold of a service', () => {
  it('takes events in any order', () =>
    fc.assert(
      fc.property(fc.array(anyEvent), (events) =>
        expect(() => fold(service, events)).not.toThrow(),
      ),
    ));

  it('ignores what comes before the first event', () =>
    fc.assert(
      fc.property(fc.array(anyLaterEvent), (events) =>
        expect(fold(service, events)).toEqual(service.initial),
      ),
    ));

  it('brings back with a restoration what a deletion took away', () =>
    fc.assert(
      fc.property(anyActive, (state) => {
        const restored = stateAfter(
          service,
          [{ type: 'DeleteService' }, { type: 'RestoreService' }],
          state,
        );
        expect(restored).toEqual(state);
      }),
    ));
});
