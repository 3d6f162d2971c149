import fc from 'fast-check';
import { type ServiceEvent } from '../../../src/domain/services/events.js';
import {
  dnsRecordTypes,
  type Expectation,
  httpMethods,
} from '../../../src/domain/services/expectation.js';
import { type Schedule, type Thresholds } from '../../../src/domain/services/schedule.js';
import { type ServiceChanges } from '../../../src/domain/services/service-changes.js';
import { type Service } from '../../../src/domain/services/service-state.js';
import { type ServiceCommand } from '../../../src/domain/services/service.js';
import {
  serviceTypes,
  type ServiceType,
  type Target,
} from '../../../src/domain/services/target.js';
import { serviceId } from './services.js';

const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
);

const urls: Record<ServiceType, fc.Arbitrary<string>> = {
  http: fc
    .tuple(fc.constantFrom('http', 'https'), host, fc.webPath())
    .map(([scheme, name, path]) => `${scheme}://${name}${path}`),
  tcp: fc
    .tuple(fc.constantFrom('', 'tcp://'), host, fc.integer({ min: 1, max: 65_535 }))
    .map(([scheme, name, port]) => `${scheme}${name}:${port}`),
  icmp: fc.tuple(fc.constantFrom('', 'icmp://'), host).map((parts) => parts.join('')),
  dns: fc.tuple(fc.constantFrom('', 'dns://'), fc.domain()).map((parts) => parts.join('')),
};

/** A target that fits its type. */
export const anyTarget: fc.Arbitrary<Target> = fc
  .constantFrom(...serviceTypes)
  .chain((type) => urls[type].map((url) => ({ type, url })));

const words = fc.string({ maxLength: 12 });
const headers = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), words, {
  maxKeys: 3,
  noNullPrototype: true,
});

const expectations: Record<ServiceType, fc.Arbitrary<Expectation>> = {
  http: fc.record({
    type: fc.constant('http'),
    method: fc.constantFrom(...httpMethods),
    headers,
    status: fc.array(fc.oneof(fc.integer({ min: 100, max: 599 }), fc.constant('200-299'))),
    bodyContains: fc.option(words, { nil: null }),
  }),
  dns: fc.record({
    type: fc.constant('dns'),
    recordType: fc.constantFrom(...dnsRecordTypes),
    answers: fc.array(words, { maxLength: 3 }),
    resolver: fc.option(fc.domain(), { nil: null }),
  }),
  tcp: fc.constant({ type: 'tcp' }),
  icmp: fc.constant({ type: 'icmp' }),
};

const anyExpectation = fc.constantFrom(...serviceTypes).chain((type) => expectations[type]);

/** Half of them break the rule that the timeout is the shorter one. */
const anySchedule: fc.Arbitrary<Schedule> = fc.record({
  intervalSeconds: fc.integer({ min: 10, max: 100 }),
  timeoutMs: fc.integer({ min: 100, max: 100_000 }),
});

const anyThresholds: fc.Arbitrary<Thresholds> = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 20 }),
  successThreshold: fc.integer({ min: 1, max: 20 }),
  degradedAboveMs: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: null }),
});

const tagId = fc.integer({ min: 1, max: 80 }).map((number) => `tag-${number}`);
const manyTags = fc.array(tagId, { maxLength: 70, size: 'max' });
const ownerId = fc.constantFrom('ada', 'grace', 'linus');

/** Settings that fit together. */
export const anySettings: fc.Arbitrary<Service> = anyTarget.chain((target) =>
  fc.record({
    id: fc.constant(serviceId),
    ownerId,
    name: words,
    target: fc.constant(target),
    schedule: anySchedule.filter((it) => it.timeoutMs < it.intervalSeconds * 1000),
    thresholds: anyThresholds,
    expectation: expectations[target.type],
    tagIds: fc.uniqueArray(tagId, { maxLength: 50 }),
    paused: fc.constant(false),
  }),
);

/** Changes as somebody may send them: any part left out, and not always such that they fit. */
const anyChanges: fc.Arbitrary<ServiceChanges> = fc.record(
  {
    name: words,
    serviceType: fc.constantFrom(...serviceTypes),
    url: fc.oneof(
      anyTarget.map(({ url }) => url),
      words,
    ),
    schedule: fc.oneof(anySchedule, fc.record({ timeoutMs: fc.constant(30_000) })),
    thresholds: fc.oneof(anyThresholds, fc.record({ failureThreshold: fc.constant(2) })),
    expectation: anyExpectation,
    tagIds: manyTags,
  },
  { requiredKeys: [] },
);

/** Changes of the target as a whole, which mostly fit. */
const anyRetargeting: fc.Arbitrary<ServiceChanges> = anySettings.map((settings) => ({
  serviceType: settings.target.type,
  url: settings.target.url,
  expectation: settings.expectation,
}));

export const anyCommand: fc.Arbitrary<ServiceCommand> = fc.oneof(
  anySettings.map((settings) => ({ ...settings, type: 'RegisterService' as const })),
  fc
    .oneof(anyChanges, anyRetargeting)
    .map((changes) => ({ ...changes, type: 'ChangeService' as const })),
  fc.record({ type: fc.constantFrom('TagService', 'UntagService'), tagId }),
  fc.record({
    type: fc.constantFrom('PauseService', 'ResumeService', 'DeleteService', 'RestoreService'),
  }),
  fc.record({ type: fc.constant('TransferService'), ownerId }),
);

/** What may happen to a service that is there. */
export const anyLaterCommand: fc.Arbitrary<ServiceCommand> = anyCommand.filter(
  ({ type }) => type !== 'RegisterService',
);

function eventOf<const Type extends string, Data extends object>(
  type: Type,
  data: fc.Arbitrary<Data>,
): fc.Arbitrary<{ type: Type; data: Data & { serviceId: string } }> {
  return data.map((details) => ({ type, data: { ...details, serviceId } }));
}

/** Events that come after a service's first, in no order that makes sense. */
export const anyLaterEvent: fc.Arbitrary<ServiceEvent> = fc.oneof(
  eventOf('ServiceRenamed', fc.record({ name: words })),
  eventOf('ServiceRetargeted', fc.record({ target: anyTarget })),
  eventOf('ServiceRescheduled', fc.record({ schedule: anySchedule })),
  eventOf('ServiceThresholdsChanged', fc.record({ thresholds: anyThresholds })),
  eventOf('ServiceExpectationChanged', fc.record({ expectation: anyExpectation })),
  eventOf('ServiceTagged', fc.record({ tagId })),
  eventOf('ServiceUntagged', fc.record({ tagId })),
  eventOf('ServicePaused', fc.constant({})),
  eventOf('ServiceResumed', fc.constant({})),
  eventOf('ServiceTransferred', fc.record({ ownerId })),
  eventOf('ServiceDeleted', fc.constant({})),
  eventOf('ServiceRestored', fc.constant({})),
);

export const anyEvent: fc.Arbitrary<ServiceEvent> = fc.oneof(
  anyLaterEvent,
  anySettings.map(({ ownerId, name, target, schedule, thresholds, expectation }): ServiceEvent => ({
    type: 'ServiceRegistered',
    data: { serviceId, ownerId, name, target, schedule, thresholds, expectation },
  })),
);
