import { notFound } from '../domain-error.js';
import { type Expectation } from './expectation.js';
import { type Schedule, type Thresholds } from './schedule.js';
import { type Target } from './target.js';

export type ServiceState =
  { readonly status: 'unborn' } | ({ readonly status: 'active' | 'deleted' } & Service);

export interface Service {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  readonly target: Target;
  readonly schedule: Schedule;
  readonly thresholds: Thresholds;
  readonly expectation: Expectation;
  readonly tagIds: readonly string[];
  readonly paused: boolean;
}

/** More tags than this on one service help nobody find it. */
export const maxTagsPerService = 50;

/** @throws DomainError `service-not-found` for a service that never was, or is deleted. */
export function existing(state: ServiceState): Service {
  if (state.status !== 'active') throw notFound.service();
  return state;
}
