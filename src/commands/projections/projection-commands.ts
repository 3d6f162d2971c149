import { z } from 'zod';
import { rebuildOutcomes } from '../../domain/projections/events.js';
import {
  projectionControl,
  type ProjectionControlState,
} from '../../domain/projections/projection-control.js';
import { projectionStream } from '../../event-store/stream-id.js';
import { projections } from '../aggregates.js';
import { type Command, noFacts } from '../command.js';
import { uuid } from '../fields.js';
import {
  CancelRebuildPolicy,
  EndRebuildPolicy,
  RequestRebuildPolicy,
  RequestRollbackPolicy,
  RetryProjectionPolicy,
  SkipProjectionEventPolicy,
} from './policies.js';

export const projectionName = z.string().regex(/^[a-z][a-z_]{0,62}$/, 'Not a projection');

const rebuild = { projection: projectionName, rebuildId: uuid };
const RequestRebuild = z.strictObject({ ...rebuild, version: z.int().positive().nullable() });
const RequestRollback = z.strictObject({ ...rebuild, isKept: z.boolean() });
const CancelRebuild = z.strictObject(rebuild);
const EndRebuild = z.strictObject({
  ...rebuild,
  outcome: z.enum(rebuildOutcomes),
  reason: z.string().max(2000).nullable(),
});
const stoppedAt = z.strictObject({ eventId: uuid, version: z.int().positive() }).nullable();
const Retry = z.strictObject({ projection: projectionName, stoppedAt });
const Skip = z.strictObject({ projection: projectionName, eventId: uuid, stoppedAt });

const onProjection = {
  aggregate: projections,
  stream: (input: { projection: string }) => projectionStream(input.projection),
  facts: noFacts,
} as const;

export const requestRebuild: Command<
  z.infer<typeof RequestRebuild>,
  ProjectionControlState,
  undefined
> = {
  ...onProjection,
  name: 'RequestRebuild',
  input: RequestRebuild,
  policy: RequestRebuildPolicy,
  decide: (input, state) => projectionControl.decide({ type: 'RequestRebuild', ...input }, state),
};

export const requestRollback: Command<
  z.infer<typeof RequestRollback>,
  ProjectionControlState,
  undefined
> = {
  ...onProjection,
  name: 'RequestRollback',
  input: RequestRollback,
  policy: RequestRollbackPolicy,
  decide: (input, state) => projectionControl.decide({ type: 'RequestRollback', ...input }, state),
};

export const cancelRebuild: Command<
  z.infer<typeof CancelRebuild>,
  ProjectionControlState,
  undefined
> = {
  ...onProjection,
  name: 'CancelRebuild',
  input: CancelRebuild,
  policy: CancelRebuildPolicy,
  decide: (input, state) => projectionControl.decide({ type: 'CancelRebuild', ...input }, state),
};

export const endRebuild: Command<z.infer<typeof EndRebuild>, ProjectionControlState, undefined> = {
  ...onProjection,
  name: 'EndRebuild',
  input: EndRebuild,
  policy: EndRebuildPolicy,
  decide: (input, state) => projectionControl.decide({ type: 'EndRebuild', ...input }, state),
};

export const retryProjection: Command<z.infer<typeof Retry>, ProjectionControlState, undefined> = {
  ...onProjection,
  name: 'RetryProjection',
  input: Retry,
  policy: RetryProjectionPolicy,
  decide: (input, state) => projectionControl.decide({ type: 'RetryProjection', ...input }, state),
};

export const skipProjectionEvent: Command<
  z.infer<typeof Skip>,
  ProjectionControlState,
  undefined
> = {
  ...onProjection,
  name: 'SkipProjectionEvent',
  input: Skip,
  policy: SkipProjectionEventPolicy,
  decide: (input, state) =>
    projectionControl.decide({ type: 'SkipProjectionEvent', ...input }, state),
};
