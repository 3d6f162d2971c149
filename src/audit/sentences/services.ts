import { type ServiceEvent } from '../../domain/services/events.js';
import { type Expectation } from '../../domain/services/expectation.js';
import { type Service, type ServiceState } from '../../domain/services/service-state.js';
import {
  type Change,
  differences,
  inWords,
  phrase,
  type Phrase,
  plainly,
  type Sentences,
  type Telling,
  telling,
} from './telling.js';

export const serviceSentences: Sentences<ServiceEvent['type'], ServiceState> = {
  ServiceRegistered: ({ name, target, ownerId, schedule, thresholds, expectation }, _, meta) => {
    const isForAnother = meta.actor.id !== ownerId;
    const owner = isForAnother ? phrase` for ${{ person: ownerId }}` : [];
    return telling(phrase`registered service ${{ name }}${owner}, ${target.url}`, [
      ...differences({}, { name, ...target, ...schedule, ...thresholds }),
      ...expectationChanges(undefined, expectation),
      { field: 'user_id', old: null, new: ownerId },
    ]);
  },
  ServiceRenamed: ({ name }, before) =>
    telling(phrase`renamed ${the(before)} to ${{ name }}`, [change('name', before, 'name', name)]),
  ServiceRetargeted: ({ target }, before) => {
    const changes = differences(known(before)?.target, target);
    return telling(phrase`pointed ${the(before)} to ${target.url} (${target.type})`, changes);
  },
  ServiceRescheduled: ({ schedule }, before) =>
    changed('the schedule of', before, differences(known(before)?.schedule, schedule)),
  ServiceThresholdsChanged: ({ thresholds }, before) =>
    changed('the thresholds of', before, differences(known(before)?.thresholds, thresholds)),
  ServiceExpectationChanged: ({ expectation }, before) =>
    telling(
      phrase`changed what is expected of ${the(before)}`,
      expectationChanges(known(before)?.expectation, expectation),
    ),
  ServiceTagged: ({ tagId }, before) =>
    telling(phrase`tagged ${the(before)} with ${{ subject: `tag-${tagId}` }}`, [
      { field: 'tags', old: known(before)?.tagIds ?? [], new: [...tagsOf(before), tagId] },
    ]),
  ServiceUntagged: ({ tagId }, before) =>
    telling(phrase`took ${{ subject: `tag-${tagId}` }} off ${the(before)}`, [
      { field: 'tags', old: tagsOf(before), new: tagsOf(before).filter((id) => id !== tagId) },
    ]),
  ServicePaused: (_, before) => switched('paused', before, 'paused', false, true),
  ServiceResumed: (_, before) => switched('resumed', before, 'paused', true, false),
  ServiceTransferred: ({ ownerId }, before) =>
    telling(phrase`gave ${the(before)} to ${{ person: ownerId }}`, [
      { field: 'user_id', old: known(before)?.ownerId ?? null, new: ownerId },
    ]),
  ServiceDeleted: (_, before) => switched('deleted', before, 'deleted', false, true),
  ServiceRestored: (_, before) => switched('restored', before, 'deleted', true, false),
};

function known(state: ServiceState): Service | undefined {
  return state.status === 'unborn' ? undefined : state;
}

function tagsOf(state: ServiceState): readonly string[] {
  return known(state)?.tagIds ?? [];
}

function the(state: ServiceState): Phrase {
  const service = known(state);
  return service === undefined ? ['a service'] : phrase`service ${{ name: service.name }}`;
}

function change(field: string, before: ServiceState, part: keyof Service, now: unknown): Change {
  return { field, old: known(before)?.[part] ?? null, new: now };
}

function changed(what: string, before: ServiceState, changes: readonly Change[]): Telling {
  const told = changes.length === 0 ? [] : [`: ${inWords(changes)}`];
  return telling(phrase`changed ${what} ${the(before)}${told}`, changes);
}

function switched(
  verb: string,
  before: ServiceState,
  field: string,
  old: boolean,
  now: boolean,
): Telling {
  const told = plainly(phrase`${verb} ${the(before)}`);
  return { ...told, changes: [{ field, old, new: now }] };
}

/** Of headers the names alone: their values are often secrets. */
function expectationChanges(
  before: Expectation | undefined,
  after: Expectation,
): readonly Change[] {
  return differences(before && parts(before), parts(after)).map((each) => ({
    ...each,
    field: `expect.${each.field}`,
  }));
}

function parts(expectation: Expectation): object {
  const { type: _, ...rest } = expectation;
  if (expectation.type !== 'http') return rest;
  return { ...rest, headers: Object.keys(expectation.headers) };
}
