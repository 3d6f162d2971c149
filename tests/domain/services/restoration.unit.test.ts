import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '../../../src/domain/decider.js';
import { type Accepted, type Earlier } from '../../../src/domain/services/restoration.js';
import { service, type ServiceCommand } from '../../../src/domain/services/service.js';
import { type Service, type ServiceState } from '../../../src/domain/services/service-state.js';
import { anyLaterCommand, anySettings } from '../support/arbitrary-services.js';
import { statesOf } from '../support/attempts.js';
import {
  deleted,
  paused,
  registered,
  restored,
  serviceId,
  shop,
  tagged,
  untagged,
} from '../support/services.js';
import { given } from '../support/specification.js';

function backTo(then: Partial<Service>, since: Partial<Earlier> = {}): ServiceCommand {
  return {
    type: 'RestoreService',
    earlier: {
      service: { ...shop, ...then },
      goneTags: new Map(),
      ownerIsGone: false,
      accepted: accepting({}),
      ...since,
    },
  };
}

function accepting({ withoutTags = [], keepOwner = false }: Wish): Accepted {
  return { withoutTags: new Set(withoutTags), keepOwner };
}

interface Wish {
  readonly withoutTags?: readonly string[];
  readonly keepOwner?: boolean;
}

const gone = { goneTags: new Map([['blue', 'Blue']]) };
const toGrace = { type: 'ServiceTransferred', data: { serviceId, ownerId: 'grace' } } as const;

describe('Restoring an earlier configuration', () => {
  it('compensates what is different, and nothing else', () =>
    given(service, [
      registered(),
      { type: 'ServiceRenamed', data: { serviceId, name: 'Store' } },
      ...tagged('red'),
      paused,
    ])
      .when(backTo({ tagIds: ['blue'] }))
      .then([
        { type: 'ServiceRenamed', data: { serviceId, name: 'Shop' } },
        ...untagged('red'),
        ...tagged('blue'),
        { type: 'ServiceResumed', data: { serviceId } },
      ]));

  it('says nothing when it is that already', () =>
    given(service, [registered()]).when(backTo({})).thenNothing());

  it('brings a deleted one back first', () =>
    given(service, [registered(), deleted])
      .when(backTo({ name: 'Store' }))
      .then([restored, { type: 'ServiceRenamed', data: { serviceId, name: 'Store' } }]));

  it('gives it back to whom it belonged, unless its owner shall keep it', () => {
    const history = [registered()];
    given(service, history)
      .when(backTo({ ownerId: 'grace' }))
      .then([toGrace]);
    given(service, history)
      .when(backTo({ ownerId: 'grace' }, { accepted: accepting({ keepOwner: true }) }))
      .thenNothing();
  });

  it('must fit the rules of today', () =>
    given(service, [registered()])
      .when(backTo({ target: { type: 'http', url: 'example.org' } }))
      .thenRefused('invalid-fields', 'url'));

  it('is refused for a service that never was', () =>
    given(service).when(backTo({})).thenRefused('service-not-found'));
});

describe('What cannot be as it was', () => {
  it('is named, all of it', () =>
    given(service, [registered()])
      .when(backTo({ ownerId: 'grace', tagIds: ['blue'] }, { ...gone, ownerIsGone: true }))
      .thenThrown({
        code: 'restore-conflicts',
        conflicts: [
          { conflict: 'tag-gone', tagId: 'blue', name: 'Blue' },
          { conflict: 'owner-gone', userId: 'grace' },
        ],
      }));

  it('is gone without when that is accepted', () => {
    const accepted = accepting({ withoutTags: ['blue'], keepOwner: true });
    given(service, [registered()])
      .when(
        backTo(
          { ownerId: 'grace', tagIds: ['blue', 'red'] },
          { ...gone, ownerIsGone: true, accepted },
        ),
      )
      .then(tagged('red'));
  });

  it('does not matter when the owner of then is the owner of today', () =>
    given(service, [registered(), deleted])
      .when(backTo({}, { ownerIsGone: true }))
      .then([restored]));
});

describe('Whatever a service went through', () => {
  it('given any moment of its life, when restored to it, then it is what it was', () =>
    fc.assert(
      fc.property(
        anySettings,
        fc.array(anyLaterCommand, { maxLength: 10 }),
        fc.nat(),
        (settings, later, place) => {
          const states = statesOf(service, [{ ...settings, type: 'RegisterService' }, ...later]);
          const lived = [...states].filter(({ status }) => status === 'active');
          const then = lived[place % Math.max(1, lived.length)];
          const now: ServiceState | undefined = [...states].at(-1);
          if (then === undefined || then.status === 'unborn' || now === undefined) return;

          const events = service.decide(backTo(then), now);

          const after = fold(service, events, now);
          if (after.status !== 'active') throw new Error('It was brought back');
          expect({ ...after, tagIds: [...after.tagIds].sort() }).toEqual({
            ...then,
            tagIds: [...then.tagIds].sort(),
          });
        },
      ),
    ));
});
