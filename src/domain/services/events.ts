import { type Expectation } from './expectation.js';
import { type Schedule, type Thresholds } from './schedule.js';
import { type Target } from './target.js';

/** What people decided about a service. What the monitor saw of it is told elsewhere, in its health stream. */
export type ServiceEvent =
  | ServiceEventOf<
      'ServiceRegistered',
      {
        ownerId: string;
        name: string;
        target: Target;
        schedule: Schedule;
        thresholds: Thresholds;
        expectation: Expectation;
      }
    >
  | ServiceEventOf<'ServiceRenamed', { name: string }>
  | ServiceEventOf<'ServiceRetargeted', { target: Target }>
  | ServiceEventOf<'ServiceRescheduled', { schedule: Schedule }>
  | ServiceEventOf<'ServiceThresholdsChanged', { thresholds: Thresholds }>
  | ServiceEventOf<'ServiceExpectationChanged', { expectation: Expectation }>
  | ServiceEventOf<'ServiceTagged', { tagId: string }>
  | ServiceEventOf<'ServiceUntagged', { tagId: string }>
  | ServiceEventOf<'ServicePaused', object>
  | ServiceEventOf<'ServiceResumed', object>
  | ServiceEventOf<'ServiceTransferred', { ownerId: string }>
  | ServiceEventOf<'ServiceDeleted', object>
  | ServiceEventOf<'ServiceRestored', object>;

interface ServiceEventOf<Type extends string, Data extends object> {
  readonly type: Type;
  readonly data: Readonly<{ serviceId: string } & Data>;
}
