import { type Decider } from '../decider.js';
import { alreadyExists, invalid } from '../domain-error.js';
import { type ServiceEvent } from './events.js';
import { type Restoration, restoration } from './restoration.js';
import { configurationEvents, type ServiceChanges } from './service-changes.js';
import { existing, type Service, type ServiceState } from './service-state.js';
import { scheduleProblem } from './schedule.js';
import { targetProblem } from './target.js';

export type ServiceCommand =
  | ({ readonly type: 'RegisterService' } & Omit<Service, 'paused'>)
  | ({ readonly type: 'ChangeService' } & ServiceChanges)
  | { readonly type: 'TagService'; readonly tagId: string }
  | { readonly type: 'UntagService'; readonly tagId: string }
  | { readonly type: 'PauseService' }
  | { readonly type: 'ResumeService' }
  | { readonly type: 'TransferService'; readonly ownerId: string }
  | { readonly type: 'DeleteService' }
  | ({ readonly type: 'RestoreService' } & Restoration);

export const service: Decider<ServiceState, ServiceCommand, ServiceEvent> = {
  initial: { status: 'unborn' },

  evolve(state, event) {
    if (event.type === 'ServiceRegistered') {
      const { serviceId: id, ...settings } = event.data;
      return { status: 'active', id, ...settings, tagIds: [], paused: false };
    }
    if (state.status === 'unborn') return state;
    switch (event.type) {
      case 'ServiceRenamed':
        return { ...state, name: event.data.name };
      case 'ServiceRetargeted':
        return { ...state, target: event.data.target };
      case 'ServiceRescheduled':
        return { ...state, schedule: event.data.schedule };
      case 'ServiceThresholdsChanged':
        return { ...state, thresholds: event.data.thresholds };
      case 'ServiceExpectationChanged':
        return { ...state, expectation: event.data.expectation };
      case 'ServiceTagged':
        return { ...state, tagIds: [...state.tagIds, event.data.tagId] };
      case 'ServiceUntagged':
        return { ...state, tagIds: state.tagIds.filter((id) => id !== event.data.tagId) };
      case 'ServicePaused':
        return { ...state, paused: true };
      case 'ServiceResumed':
        return { ...state, paused: false };
      case 'ServiceTransferred':
        return { ...state, ownerId: event.data.ownerId };
      case 'ServiceDeleted':
        return { ...state, status: 'deleted' };
      case 'ServiceRestored':
        return { ...state, status: 'active' };
    }
  },

  decide(command, state) {
    if (command.type === 'RegisterService') {
      if (state.status !== 'unborn') throw alreadyExists();
      return registration(command);
    }
    if (command.type === 'RestoreService') return restoration(state, command);
    const current = existing(state);
    const serviceId = current.id;
    switch (command.type) {
      case 'ChangeService':
        return configurationEvents(current, command);
      case 'TagService':
        return configurationEvents(current, { tagIds: [...current.tagIds, command.tagId] });
      case 'UntagService':
        return configurationEvents(current, {
          tagIds: current.tagIds.filter((id) => id !== command.tagId),
        });
      case 'PauseService':
        return current.paused ? [] : [{ type: 'ServicePaused', data: { serviceId } }];
      case 'ResumeService':
        return current.paused ? [{ type: 'ServiceResumed', data: { serviceId } }] : [];
      case 'TransferService': {
        const { ownerId } = command;
        if (ownerId === current.ownerId) return [];
        return [{ type: 'ServiceTransferred', data: { serviceId, ownerId } }];
      }
      case 'DeleteService':
        return [{ type: 'ServiceDeleted', data: { serviceId } }];
    }
  },
};

function registration(newcomer: Omit<Service, 'paused'>): ServiceEvent[] {
  const { id: serviceId, ownerId, name, target, schedule, thresholds, expectation } = newcomer;
  const badTarget = targetProblem(target);
  if (badTarget !== undefined) throw invalid('url', badTarget);
  const badSchedule = scheduleProblem(schedule);
  if (badSchedule !== undefined) throw invalid('timeoutMs', badSchedule);
  const registered: ServiceEvent = {
    type: 'ServiceRegistered',
    data: { serviceId, ownerId, name, target, schedule, thresholds, expectation },
  };
  const plain: Service = { ...newcomer, tagIds: [], paused: false };
  // The remaining rules (expectation of the right kind, tags) are those of any change.
  return [registered, ...configurationEvents(plain, { expectation, tagIds: newcomer.tagIds })];
}
