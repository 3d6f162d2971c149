import { z } from 'zod';
import {
  type Expectation,
  type ExpectationParts,
  expectationOf,
} from '../../domain/services/expectation.js';
import { service } from '../../domain/services/service.js';
import { existing, type Service, type ServiceState } from '../../domain/services/service-state.js';
import { type ServiceType } from '../../domain/services/target.js';
import { serviceStream } from '../../event-store/stream-id.js';
import { services } from '../aggregates.js';
import { type Command } from '../command.js';
import { uuid } from '../fields.js';
import { Expect, serviceFields } from './fields.js';
import { ChangeServicePolicy } from './policies.js';
import { requireTags, tagFacts, type TagFacts } from './tag-facts.js';

const Input = z
  .strictObject({ ...serviceFields, expect: Expect })
  .partial()
  .extend({ serviceId: uuid });

export const changeService: Command<z.infer<typeof Input>, ServiceState, TagFacts> = {
  name: 'ChangeService',
  input: Input,
  aggregate: services,
  policy: ChangeServicePolicy,
  stream: ({ serviceId }) => serviceStream(serviceId),
  facts: ({ tagIds }, read) => tagFacts(tagIds, read),
  mustExist: existing,
  decide(input, state, facts) {
    const { name, url, type, tagIds, expect } = input;
    requireTags(tagIds, facts);
    const { intervalSeconds, timeoutMs } = input;
    const { failureThreshold, successThreshold, degradedAboveMs } = input;
    const current = existing(state);
    return service.decide(
      {
        type: 'ChangeService',
        name,
        url,
        serviceType: type,
        schedule: { intervalSeconds, timeoutMs },
        thresholds: { failureThreshold, successThreshold, degradedAboveMs },
        expectation: expect && changedExpectation(current, type ?? current.target.type, expect),
        tagIds,
      },
      state,
    );
  },
};

/** Parts that are not sent stay; a service of another type begins with that type's defaults. */
function changedExpectation(
  { expectation, target }: Service,
  type: ServiceType,
  wanted: ExpectationParts,
): Expectation {
  const { type: _, ...current } = expectation;
  return expectationOf(type, type === target.type ? { ...current, ...wanted } : wanted);
}
