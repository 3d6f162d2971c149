import { z } from 'zod';
import { expectationOf } from '../../domain/services/expectation.js';
import { service } from '../../domain/services/service.js';
import { existing, type ServiceState } from '../../domain/services/service-state.js';
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
    requireTags(facts);
    const { name, url, type, tagIds, expect } = input;
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
        expectation: expect && expectationOf(type ?? current.target.type, expect),
        tagIds,
      },
      state,
    );
  },
};
