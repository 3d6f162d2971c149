import { describe, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type ProjectionEvent } from '../../../src/domain/projections/events.js';
import { projectionControl } from '../../../src/domain/projections/projection-control.js';
import { given } from '../support/specification.js';

const [rebuildId, another, eventId] = [randomUUID(), randomUUID(), randomUUID()];
const projection = 'services';
const requested: ProjectionEvent = {
  type: 'ProjectionRebuildRequested',
  data: { projection, rebuildId, version: null },
};
const rollback: ProjectionEvent = {
  type: 'ProjectionRollbackRequested',
  data: { projection, rebuildId },
};
const cancelled: ProjectionEvent = {
  type: 'ProjectionRebuildCancelled',
  data: { projection, rebuildId },
};
const ended: ProjectionEvent = {
  type: 'ProjectionRebuildEnded',
  data: { projection, rebuildId, outcome: 'swapped', reason: null },
};
const request = { type: 'RequestRebuild', projection, rebuildId, version: null } as const;
const requestRollback = { type: 'RequestRollback', projection, rebuildId, isKept: true } as const;

describe('Rebuilding a projection', () => {
  it('given none is under way, when somebody wants one, then it is requested', () => {
    given(projectionControl, []).when(request).then([requested]);
  });

  it('given the last one ended, when somebody wants another, then it is requested', () => {
    given(projectionControl, [requested, ended]).when(request).then([requested]);
  });

  it('given one is under way, when somebody wants another, then they are told so', () => {
    given(projectionControl, [requested])
      .when({ ...request, rebuildId: another })
      .thenRefused('rebuild-is-running');
    given(projectionControl, [requested, cancelled])
      .when({ ...request, rebuildId: another })
      .thenRefused('rebuild-is-running');
  });

  it('given a rollback is under way, when somebody wants a rebuild, then they are told so', () => {
    given(projectionControl, [rollback])
      .when({ ...request, rebuildId: another })
      .thenRefused('rebuild-is-running');
  });

  it('given a table is kept, when somebody wants it back, then that is requested', () => {
    given(projectionControl, []).when(requestRollback).then([rollback]);
  });

  it('given no table is kept, when somebody wants it back, then they are told so', () => {
    given(projectionControl, [])
      .when({ ...requestRollback, isKept: false })
      .thenRefused('nothing-to-roll-back-to');
  });

  it('given one is under way, when it is cancelled twice, then that happens once', () => {
    const cancel = { type: 'CancelRebuild', projection, rebuildId } as const;

    given(projectionControl, [requested]).when(cancel).then([cancelled]);
    given(projectionControl, [requested, cancelled]).when(cancel).then([]);
  });

  it.each([
    ['has ended', [requested, ended]],
    [
      'is not the one under way',
      [{ ...requested, data: { ...requested.data, rebuildId: another } }],
    ],
  ])('given it %s, when it is cancelled, then it is too late', (_, history: ProjectionEvent[]) => {
    given(projectionControl, history)
      .when({ type: 'CancelRebuild', projection, rebuildId })
      .thenRefused('rebuild-has-ended');
  });

  it('given it ended, when its end is told again, then nothing happens', () => {
    const end = {
      type: 'EndRebuild',
      projection,
      rebuildId,
      outcome: 'swapped',
      reason: null,
    } as const;

    given(projectionControl, [requested]).when(end).then([ended]);
    given(projectionControl, [requested, ended]).when(end).then([]);
  });
});

describe('A projection that an event stopped', () => {
  const stoppedAt = { eventId, version: 3 };
  const retry = { type: 'RetryProjection', projection } as const;
  const skip = { type: 'SkipProjectionEvent', projection, eventId } as const;

  it('given it stands there, when it is told to try again, then it does', () => {
    given(projectionControl, [])
      .when({ ...retry, stoppedAt })
      .then([{ type: 'ProjectionRetried', data: { projection, eventId } }]);
  });

  it('given it stands there, when the event is to be skipped, then it is, by these rules', () => {
    given(projectionControl, [])
      .when({ ...skip, stoppedAt })
      .then([{ type: 'ProjectionEventSkipped', data: { projection, eventId, version: 3 } }]);
  });

  it('given it stands before another event, when one is to be skipped, then it is not', () => {
    given(projectionControl, [])
      .when({ ...skip, eventId: another, stoppedAt })
      .thenRefused('projection-stopped-elsewhere');
  });

  it('given it runs, when it is told to go on, then there is nothing to do', () => {
    given(projectionControl, [])
      .when({ ...retry, stoppedAt: null })
      .thenRefused('projection-is-running');
    given(projectionControl, [])
      .when({ ...skip, stoppedAt: null })
      .thenRefused('projection-is-running');
  });
});
