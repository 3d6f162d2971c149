import { z } from 'zod';
import { expectationOf } from '../../domain/services/expectation.js';
import { defaultSchedule, defaultThresholds } from '../../domain/services/schedule.js';
import { service } from '../../domain/services/service.js';
import { type ServiceState } from '../../domain/services/service-state.js';
import { serviceStream } from '../../event-store/stream-id.js';
import { services } from '../aggregates.js';
import { type Command } from '../command.js';
import { uuid } from '../fields.js';
import { Expect, serviceFields } from './fields.js';
import { RegisterServicePolicy } from './policies.js';
import { requireTags, tagFacts, type TagFacts } from './tag-facts.js';

const { name, url, type, ...rest } = serviceFields;

const Input = z.strictObject({
  serviceId: uuid,
  ownerId: uuid,
  name,
  url,
  type,
  intervalSeconds: rest.intervalSeconds.default(defaultSchedule.intervalSeconds),
  timeoutMs: rest.timeoutMs.default(defaultSchedule.timeoutMs),
  failureThreshold: rest.failureThreshold.default(defaultThresholds.failureThreshold),
  successThreshold: rest.successThreshold.default(defaultThresholds.successThreshold),
  degradedAboveMs: rest.degradedAboveMs.default(defaultThresholds.degradedAboveMs),
  expect: Expect.default({}),
  tagIds: rest.tagIds.default([]),
});

export const registerService: Command<z.infer<typeof Input>, ServiceState, TagFacts> = {
  name: 'RegisterService',
  input: Input,
  aggregate: services,
  policy: RegisterServicePolicy,
  stream: ({ serviceId }) => serviceStream(serviceId),
  facts: ({ tagIds }, read) => tagFacts(tagIds, read),
  decide(input, state, facts) {
    const { serviceId, ownerId, intervalSeconds, timeoutMs, tagIds } = input;
    requireTags(tagIds, facts);
    const { failureThreshold, successThreshold, degradedAboveMs } = input;
    return service.decide(
      {
        type: 'RegisterService',
        id: serviceId,
        ownerId,
        name: input.name,
        target: { type: input.type, url: input.url },
        schedule: { intervalSeconds, timeoutMs },
        thresholds: { failureThreshold, successThreshold, degradedAboveMs },
        expectation: expectationOf(input.type, input.expect),
        tagIds,
      },
      state,
    );
  },
};
