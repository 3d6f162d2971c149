import { z } from 'zod';
import { type ServiceEvent } from '../../domain/services/events.js';
import {
  dnsRecordTypes,
  type Expectation,
  httpMethods,
} from '../../domain/services/expectation.js';
import { serviceTypes } from '../../domain/services/target.js';
import { type EventDefinitions } from './define.js';
import { id, text } from './schemas.js';

const serviceId = id;

const target = z.strictObject({ type: z.enum(serviceTypes), url: text(500) });

const schedule = z.strictObject({
  intervalSeconds: z.int().positive(),
  timeoutMs: z.int().positive(),
});

const thresholds = z.strictObject({
  failureThreshold: z.int().positive(),
  successThreshold: z.int().positive(),
  degradedAboveMs: z.int().positive().nullable(),
});

const expectation: z.ZodType<Expectation> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('http'),
    method: z.enum(httpMethods),
    headers: z.record(text(255), text(4096)),
    status: z.array(z.union([z.int(), text(20)])),
    bodyContains: text(1000).nullable(),
  }),
  z.strictObject({
    type: z.literal('dns'),
    recordType: z.enum(dnsRecordTypes),
    answers: z.array(text(500)),
    resolver: text(255).nullable(),
  }),
  z.strictObject({ type: z.literal('tcp') }),
  z.strictObject({ type: z.literal('icmp') }),
]);

const only = z.strictObject({ serviceId });

export const serviceEvents: EventDefinitions<ServiceEvent> = {
  ServiceRegistered: {
    version: 1,
    data: z.strictObject({
      serviceId,
      ownerId: id,
      name: text(255),
      target,
      schedule,
      thresholds,
      expectation,
    }),
  },
  ServiceRenamed: { version: 1, data: z.strictObject({ serviceId, name: text(255) }) },
  ServiceRetargeted: { version: 1, data: z.strictObject({ serviceId, target }) },
  ServiceRescheduled: { version: 1, data: z.strictObject({ serviceId, schedule }) },
  ServiceThresholdsChanged: { version: 1, data: z.strictObject({ serviceId, thresholds }) },
  ServiceExpectationChanged: { version: 1, data: z.strictObject({ serviceId, expectation }) },
  ServiceTagged: { version: 1, data: z.strictObject({ serviceId, tagId: id }) },
  ServiceUntagged: { version: 1, data: z.strictObject({ serviceId, tagId: id }) },
  ServicePaused: { version: 1, data: only },
  ServiceResumed: { version: 1, data: only },
  ServiceTransferred: { version: 1, data: z.strictObject({ serviceId, ownerId: id }) },
  ServiceDeleted: { version: 1, data: only },
  ServiceRestored: { version: 1, data: only },
};
