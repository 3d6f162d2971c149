import { type Decider } from '../decider.js';
import { DomainError } from '../domain-error.js';
import { type ProjectionEvent, type RebuildOutcome } from './events.js';

/** The rebuild that is under way, if one is; a rollback counts as one, because it makes a table take over as well. */
export interface ProjectionControlState {
  readonly underway: { readonly rebuildId: string; readonly isCancelled: boolean } | null;
}

/** The event a projection stands before and cannot digest; its version says with which rules. */
export interface StoppedAt {
  readonly eventId: string;
  readonly version: number;
}

export type ProjectionControlCommand =
  | {
      readonly type: 'RequestRebuild';
      readonly projection: string;
      readonly rebuildId: string;
      /** Of the projection that is to be built; `null`: of whoever builds it. */
      readonly version: number | null;
    }
  | {
      readonly type: 'RequestRollback';
      readonly projection: string;
      readonly rebuildId: string;
      /** Whether the table before the last rebuild is still there. */
      readonly isKept: boolean;
    }
  | { readonly type: 'CancelRebuild'; readonly projection: string; readonly rebuildId: string }
  | {
      readonly type: 'EndRebuild';
      readonly projection: string;
      readonly rebuildId: string;
      readonly outcome: RebuildOutcome;
      readonly reason: string | null;
    }
  | {
      readonly type: 'RetryProjection';
      readonly projection: string;
      readonly stoppedAt: StoppedAt | null;
    }
  | {
      readonly type: 'SkipProjectionEvent';
      readonly projection: string;
      readonly eventId: string;
      readonly stoppedAt: StoppedAt | null;
    };

/** One rebuild of a projection at a time; and nobody skips an event they have not seen it stop at. */
export const projectionControl: Decider<
  ProjectionControlState,
  ProjectionControlCommand,
  ProjectionEvent
> = {
  initial: { underway: null },

  evolve(state, { type, data }) {
    switch (type) {
      case 'ProjectionRebuildRequested':
      case 'ProjectionRollbackRequested':
        return { underway: { rebuildId: data.rebuildId, isCancelled: false } };
      case 'ProjectionRebuildCancelled':
        return { underway: state.underway && { ...state.underway, isCancelled: true } };
      case 'ProjectionRebuildEnded':
        return { underway: null };
      case 'ProjectionRetried':
      case 'ProjectionEventSkipped':
        return state;
    }
  },

  decide(command, state) {
    const { projection } = command;
    switch (command.type) {
      case 'RequestRebuild': {
        refuseSecond(state);
        const { rebuildId, version } = command;
        return [{ type: 'ProjectionRebuildRequested', data: { projection, rebuildId, version } }];
      }
      case 'RequestRollback': {
        refuseSecond(state);
        if (!command.isKept)
          throw new DomainError(
            'nothing-to-roll-back-to',
            'No table from before a rebuild is kept of this projection',
          );
        const { rebuildId } = command;
        return [{ type: 'ProjectionRollbackRequested', data: { projection, rebuildId } }];
      }
      case 'CancelRebuild': {
        const { rebuildId } = command;
        if (state.underway?.rebuildId !== rebuildId)
          throw new DomainError('rebuild-has-ended', 'This rebuild has ended already');
        if (state.underway.isCancelled) return [];
        return [{ type: 'ProjectionRebuildCancelled', data: { projection, rebuildId } }];
      }
      case 'EndRebuild': {
        const { rebuildId, outcome, reason } = command;
        if (state.underway?.rebuildId !== rebuildId) return [];
        const data = { projection, rebuildId, outcome, reason };
        return [{ type: 'ProjectionRebuildEnded', data }];
      }
      case 'RetryProjection': {
        const { eventId } = stopped(command.stoppedAt);
        return [{ type: 'ProjectionRetried', data: { projection, eventId } }];
      }
      case 'SkipProjectionEvent': {
        const { eventId, version } = stopped(command.stoppedAt);
        if (eventId !== command.eventId)
          throw new DomainError(
            'projection-stopped-elsewhere',
            `The projection is stopped by another event: ${eventId}`,
          );
        return [{ type: 'ProjectionEventSkipped', data: { projection, eventId, version } }];
      }
    }
  },
};

function refuseSecond({ underway }: ProjectionControlState): void {
  if (underway !== null)
    throw new DomainError(
      'rebuild-is-running',
      'A rebuild of this projection is running already: wait for it, or cancel it',
    );
}

function stopped(at: StoppedAt | null): StoppedAt {
  if (at === null)
    throw new DomainError('projection-is-running', 'This projection is not stopped by an event');
  return at;
}
