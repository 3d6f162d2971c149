import { type Expectation } from '../domain/services/expectation.js';
import { type Schedule, type Thresholds } from '../domain/services/schedule.js';
import { type Target } from '../domain/services/target.js';

/** All of a service that its checks need. */
export interface Settings {
  readonly target: Target;
  readonly expectation: Expectation;
  readonly schedule: Schedule;
  readonly thresholds: Thresholds;
}
