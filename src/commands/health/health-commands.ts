import { z } from 'zod';
import { health } from '../../domain/health/health.js';
import { type Health } from '../../domain/health/health.js';
import { outcomes } from '../../domain/health/outcome.js';
import { type ServiceState } from '../../domain/services/service-state.js';
import { healthStream, serviceStream } from '../../event-store/stream-id.js';
import { health as healthAggregate, services } from '../aggregates.js';
import { type Command } from '../command.js';
import { uuid } from '../fields.js';
import { type StateReader } from '../state-reader.js';
import { AssessHealthPolicy, ForgetHealthPolicy } from './policies.js';

const time = z.iso.datetime({ precision: 3 });
const run = z.strictObject({ checks: z.int().nonnegative(), since: time.nullable() });

const Findings = z.strictObject({
  serviceId: uuid,
  tally: z.strictObject({
    up: run,
    answered: run,
    late: run,
    down: run,
    lastTold: time.nullable(),
  }),
  check: z.strictObject({
    outcome: z.enum(outcomes),
    code: z.string().max(64),
    message: z.string().max(500),
    latencyMs: z.int().nonnegative().nullable(),
    checkedAt: time,
  }),
  thresholds: z.strictObject({
    failureThreshold: z.int().positive(),
    successThreshold: z.int().positive(),
    degradedAboveMs: z.int().positive().nullable(),
  }),
  schedule: z.strictObject({
    intervalSeconds: z.int().positive(),
    timeoutMs: z.int().positive(),
  }),
});

const Forgetting = z.strictObject({ serviceId: uuid, at: time });

/** Whose health it is: it may be paused or deleted by now. */
interface HealthFacts {
  readonly service: ServiceState;
}

const onHealth = {
  aggregate: healthAggregate,
  stream: ({ serviceId }: { readonly serviceId: string }) => healthStream(serviceId),
  facts: async (
    { serviceId }: { readonly serviceId: string },
    read: StateReader,
  ): Promise<HealthFacts> => ({ service: await read.state(services, serviceStream(serviceId)) }),
} as const;

/** Says how a service is, if that is something new. */
export const assessHealth: Command<z.infer<typeof Findings>, Health, HealthFacts> = {
  ...onHealth,
  name: 'AssessHealth',
  input: Findings,
  policy: AssessHealthPolicy,
  decide(findings, state, { service }) {
    // A check that was under way when somebody paused it tells nothing any more.
    if (service.status !== 'active' || service.paused) return [];
    return health.decide({ type: 'AssessHealth', ...findings }, state);
  },
};

/** Nobody looks at the service any more, so nobody knows how it is. */
export const forgetHealth: Command<z.infer<typeof Forgetting>, Health, HealthFacts> = {
  ...onHealth,
  name: 'ForgetHealth',
  input: Forgetting,
  policy: ForgetHealthPolicy,
  decide(forgetting, state, { service }) {
    // Somebody may have resumed it already.
    if (service.status !== 'active' || !service.paused) return [];
    return health.decide({ type: 'ForgetHealth', ...forgetting }, state);
  },
};
