import { invalid } from '../domain-error.js';
import { type ServiceEvent } from './events.js';
import { defaultExpectation, type Expectation } from './expectation.js';
import { type Schedule, scheduleProblem, type Thresholds } from './schedule.js';
import { maxTagsPerService, type Service } from './service-state.js';
import { type ServiceType, targetProblem } from './target.js';

type Wanted<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What somebody wants to be different; what is left out stays as it is. */
export interface ServiceChanges {
  readonly name?: string | undefined;
  readonly serviceType?: ServiceType | undefined;
  readonly url?: string | undefined;
  readonly schedule?: Wanted<Schedule> | undefined;
  readonly thresholds?: Wanted<Thresholds> | undefined;
  readonly expectation?: Expectation | undefined;
  readonly tagIds?: readonly string[] | undefined;
}

/**
 * The events that take a service from what it is to what is wanted: one for each decision, none for what stays.
 * Only what changes is judged: the log may hold what was fine under earlier rules.
 *
 * @throws DomainError `invalid-fields` when the outcome would not fit together.
 */
export function configurationEvents(current: Service, wanted: ServiceChanges): ServiceEvent[] {
  const events: ServiceEvent[] = [];
  if (wanted.name !== undefined && wanted.name !== current.name)
    events.push({ type: 'ServiceRenamed', data: { serviceId: current.id, name: wanted.name } });
  return [
    ...events,
    ...targetEvents(current, wanted),
    ...scheduleEvents(current, wanted.schedule ?? {}),
    ...thresholdEvents(current, wanted.thresholds ?? {}),
    ...tagEvents(current, wanted.tagIds ?? current.tagIds),
  ];
}

/** A service of another type gets that type's default expectation, unless one was sent along. */
function targetEvents(current: Service, wanted: ServiceChanges): ServiceEvent[] {
  const serviceId = current.id;
  const type = wanted.serviceType ?? current.target.type;
  const target = { type, url: wanted.url ?? current.target.url };
  const kept = type === current.target.type ? current.expectation : defaultExpectation(type);
  const expectation = wanted.expectation ?? kept;

  const isRetargeted = !same(target, current.target);
  const problem = isRetargeted ? targetProblem(target) : undefined;
  if (problem !== undefined) throw invalid('url', problem);
  if (expectation.type !== type)
    throw invalid('expect', `These expectations do not fit a service of type ${type}`);

  const events: ServiceEvent[] = [];
  if (isRetargeted) events.push({ type: 'ServiceRetargeted', data: { serviceId, target } });
  if (!same(expectation, current.expectation))
    events.push({ type: 'ServiceExpectationChanged', data: { serviceId, expectation } });
  return events;
}

function scheduleEvents(current: Service, wanted: Wanted<Schedule>): ServiceEvent[] {
  const schedule: Schedule = {
    intervalSeconds: wanted.intervalSeconds ?? current.schedule.intervalSeconds,
    timeoutMs: wanted.timeoutMs ?? current.schedule.timeoutMs,
  };
  if (same(schedule, current.schedule)) return [];
  const problem = scheduleProblem(schedule);
  if (problem !== undefined) throw invalid('timeoutMs', problem);
  return [{ type: 'ServiceRescheduled', data: { serviceId: current.id, schedule } }];
}

function thresholdEvents(current: Service, wanted: Wanted<Thresholds>): ServiceEvent[] {
  const { failureThreshold, successThreshold, degradedAboveMs } = wanted;
  const thresholds: Thresholds = {
    failureThreshold: failureThreshold ?? current.thresholds.failureThreshold,
    successThreshold: successThreshold ?? current.thresholds.successThreshold,
    degradedAboveMs:
      degradedAboveMs === undefined ? current.thresholds.degradedAboveMs : degradedAboveMs,
  };
  if (same(thresholds, current.thresholds)) return [];
  return [{ type: 'ServiceThresholdsChanged', data: { serviceId: current.id, thresholds } }];
}

function tagEvents(current: Service, wanted: readonly string[]): ServiceEvent[] {
  const serviceId = current.id;
  const before = new Set(current.tagIds);
  const after = new Set(wanted);
  const removed = [...before].filter((tagId) => !after.has(tagId));
  const added = [...after].filter((tagId) => !before.has(tagId));
  if (added.length > 0 && after.size > maxTagsPerService)
    throw invalid('tags', `A service can have ${maxTagsPerService} tags at most`);
  return [
    ...removed.map((tagId): ServiceEvent => ({
      type: 'ServiceUntagged',
      data: { serviceId, tagId },
    })),
    ...added.map((tagId): ServiceEvent => ({ type: 'ServiceTagged', data: { serviceId, tagId } })),
  ];
}

/** Values here are plain data. The order of keys tells nothing: stores and senders are free in it. */
function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
