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
import { EndRebuildPolicy, ManageProjectionsPolicy } from './policies.js';

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
  policy: ManageProjectionsPolicy,
} as const;

type ProjectionCommand<Input> = Command<Input, ProjectionControlState, undefined>;

export const requestRebuild: ProjectionCommand<z.infer<typeof RequestRebuild>> = {
  ...onProjection,
  name: 'RequestRebuild',
  input: RequestRebuild,
  decide: (input, state) => projectionControl.decide({ type: 'RequestRebuild', ...input }, state),
};

export const requestRollback: ProjectionCommand<z.infer<typeof RequestRollback>> = {
  ...onProjection,
  name: 'RequestRollback',
  input: RequestRollback,
  decide: (input, state) => projectionControl.decide({ type: 'RequestRollback', ...input }, state),
};

export const cancelRebuild: ProjectionCommand<z.infer<typeof CancelRebuild>> = {
  ...onProjection,
  name: 'CancelRebuild',
  input: CancelRebuild,
  decide: (input, state) => projectionControl.decide({ type: 'CancelRebuild', ...input }, state),
};

export const endRebuild: ProjectionCommand<z.infer<typeof EndRebuild>> = {
  ...onProjection,
  name: 'EndRebuild',
  input: EndRebuild,
  policy: EndRebuildPolicy,
  decide: (input, state) => projectionControl.decide({ type: 'EndRebuild', ...input }, state),
};

export const retryProjection: ProjectionCommand<z.infer<typeof Retry>> = {
  ...onProjection,
  name: 'RetryProjection',
  input: Retry,
  decide: (input, state) => projectionControl.decide({ type: 'RetryProjection', ...input }, state),
};

export const skipProjectionEvent: ProjectionCommand<z.infer<typeof Skip>> = {
  ...onProjection,
  name: 'SkipProjectionEvent',
  input: Skip,
  decide: (input, state) =>
    projectionControl.decide({ type: 'SkipProjectionEvent', ...input }, state),
};
