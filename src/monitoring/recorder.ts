import { type CommandBus } from '../commands/command-bus.js';
import { commandContext } from '../commands/context.js';
import { health as healthAggregate } from '../commands/aggregates.js';
import { assessHealth } from '../commands/health/health-commands.js';
import { StateReader } from '../commands/state-reader.js';
import { type ProcessActor } from '../domain/access/actor.js';
import { type EventStore } from '../event-store/event-store.js';
import { healthStream } from '../event-store/stream-id.js';
import { type CheckSchedule, type Finding } from './schedule/check-schedule.js';

export interface RecorderParts {
  readonly store: EventStore;
  readonly bus: CommandBus;
  readonly schedule: CheckSchedule;
}

/**
 * Keeps what checks found, many at once, and writes changes of health into the log.
 *
 * First the result, then the event: whoever is killed in between leaves a mark that has the next check decide anew, so
 * no change is lost; and the decider says each change once, however often it is asked.
 */
export class Recorder {
  private readonly read: StateReader;
  private waiting: Waiting[] = [];
  private flushing: Promise<void> | undefined;

  constructor(private readonly parts: RecorderParts) {
    this.read = new StateReader(parts.store);
  }

  /**
   * Resolves when it is kept, and its change of health, if it is one, is in the log.
   *
   * @returns Whether it counted; if not, it came after the end of its lease.
   * @throws What database and event store throw: then somebody will make the check again.
   */
  record(finding: Finding): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ finding, resolve, reject });
      this.flushing ??= this.flush();
    });
  }

  /** While one batch is being written, the next one gathers. */
  private async flush(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, gatherMs));
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, maxBatch);
      this.waiting = this.waiting.slice(maxBatch);
      await this.write(batch);
    }
    this.flushing = undefined;
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    try {
      const counted = await this.parts.schedule.finish(batch.map(({ finding }) => finding));
      for (const { finding, resolve, reject } of batch) {
        const counts = counted.has(finding.result.id);
        if (counts && finding.health === null)
          this.assess(finding).then(() => resolve(true), reject);
        else resolve(counts);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  private async assess({ lease, tally, result }: Finding): Promise<void> {
    const { serviceId, settings } = lease;
    const { outcome, code, message, latencyMs, checkedAt } = result;
    const { thresholds, schedule } = settings;
    const input = {
      ...{ serviceId, tally, thresholds, schedule },
      check: { outcome, code, message, latencyMs, checkedAt },
    };
    await this.parts.bus.execute(assessHealth, input, commandContext(monitor));
    const { status } = await this.read.state(healthAggregate, healthStream(serviceId));
    await this.parts.schedule.settle(lease, status);
  }
}

interface Waiting {
  readonly finding: Finding;
  readonly resolve: (counted: boolean) => void;
  readonly reject: (error: unknown) => void;
}

const monitor: ProcessActor = { kind: 'process', id: 'monitor' };
/** So long a batch gathers: few enough that nobody notices, and enough for a second’s checks to be few batches. */
const gatherMs = 50;
const maxBatch = 500;
