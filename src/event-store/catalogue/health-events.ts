import { z } from 'zod';
import {
  healthReasons,
  healthStatuses,
  type ServiceHealthEvent,
} from '../../domain/health/events.js';
import { outcomes } from '../../domain/health/outcome.js';
import { type EventDefinitions } from './define.js';
import { id, text } from './schemas.js';

const time = z.iso.datetime({ precision: 3 });

export const healthEvents: EventDefinitions<ServiceHealthEvent> = {
  ServiceHealthChanged: {
    version: 1,
    data: z.strictObject({
      serviceId: id,
      from: z.enum(healthStatuses),
      to: z.enum(healthStatuses),
      since: time,
      reason: z.enum(healthReasons),
      evidence: z
        .strictObject({
          checks: z.int().nonnegative(),
          outcome: z.enum(outcomes),
          code: text(64),
          message: text(500),
          latencyMs: z.int().nonnegative().nullable(),
          checkedAt: time,
        })
        .nullable(),
    }),
  },
};
