import { type ProcessActor } from '../../domain/access/actor.js';
import { services } from '../../commands/aggregates.js';
import { type CommandBus } from '../../commands/command-bus.js';
import { commandContext } from '../../commands/context.js';
import { forgetHealth } from '../../commands/health/health-commands.js';
import { StateReader } from '../../commands/state-reader.js';
import { type EventType } from '../../domain/events.js';
import {
  type EventStore,
  type LogBatch,
  type RecordedEvent,
} from '../../event-store/event-store.js';
import { start } from '../../event-store/position.js';
import { serviceStream } from '../../event-store/stream-id.js';
import { keepDoing } from '../../platform/keep-doing.js';
import { type Logger } from '../../platform/logger.js';
import { type ReaderCheckpoint } from '../../platform/reader-checkpoint.js';
import { type Watched, type WatchedServices } from './watched-services.js';

export interface ScheduleKeeperParts {
  readonly store: EventStore;
  readonly bus: CommandBus;
  readonly watched: WatchedServices;
  readonly checkpoint: ReaderCheckpoint;
  readonly log: Logger;
  /** Called when something may have become due. */
  readonly onChange: () => void;
}

/**
 * Keeps the schedule of checks as the log has it: what is registered, changed, paused. Every process that checks has
 * one; they do the same at the same time, and it does no harm.
 */
export class ScheduleKeeper {
  private readonly stopping = new AbortController();
  private readonly read: StateReader;
  private running: Promise<void> = Promise.resolve();
  private savedAt = 0;

  constructor(private readonly parts: ScheduleKeeperParts) {
    this.read = new StateReader(parts.store);
  }

  start(): void {
    const { signal } = this.stopping;
    this.running = keepDoing(() => this.follow(signal), {
      signal,
      onFailure: (error) =>
        this.parts.log.error(
          { err: error },
          'The schedule of checks cannot be kept for the moment',
        ),
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { store, checkpoint } = this.parts;
    const after = (await checkpoint.load()) ?? start;
    for await (const batch of store.subscribe({ after, types }, signal)) await this.takeOver(batch);
  }

  private async takeOver({ entries, upTo }: LogBatch): Promise<void> {
    const { watched, checkpoint, onChange } = this.parts;
    const happened = entries.filter((entry) => entry.readable);
    if (happened.length > 0) {
      await watched.update(await this.servicesIn(happened));
      onChange();
      for (const entry of happened) await this.forget(entry);
    }
    // Now and then also where there was nothing: the next start has less to look through.
    if (happened.length === 0 && performance.now() - this.savedAt < saveEveryMs) return;
    await checkpoint.save(upTo);
    this.savedAt = performance.now();
  }

  /** As they are now: what the log says further on is true already. */
  private async servicesIn(happened: readonly RecordedEvent[]): Promise<Watched[]> {
    const newest = new Map<string, string>();
    for (const { event, recordedAt } of happened)
      if ('serviceId' in event.data) newest.set(event.data.serviceId, recordedAt);
    const found = await Promise.all(
      [...newest].map(async ([serviceId, recordedAt]): Promise<Watched[]> => {
        const { state, revision } = await this.read.load(services, serviceStream(serviceId));
        if (state.status === 'unborn') return [];
        const { target, expectation, schedule, thresholds } = state;
        const isActive = state.status === 'active' && !state.paused;
        const isNews = Date.now() - Date.parse(recordedAt) < newsMs;
        const settings = { target, expectation, schedule, thresholds };
        return [{ serviceId, revision, isActive, settings, isNews }];
      }),
    );
    return found.flat();
  }

  private async forget({ id, event, metadata, recordedAt }: RecordedEvent): Promise<void> {
    if (event.type !== 'ServicePaused') return;
    const input = { serviceId: event.data.serviceId, at: recordedAt };
    const occasion = { correlationId: metadata.correlationId, causationId: id };
    await this.parts.bus.execute(forgetHealth, input, commandContext(monitor, occasion));
  }
}

const monitor: ProcessActor = { kind: 'process', id: 'monitor' };
const newsMs = 60_000;
const saveEveryMs = 60_000;

const types: readonly EventType[] = [
  'ServiceRegistered',
  'ServiceRetargeted',
  'ServiceRescheduled',
  'ServiceThresholdsChanged',
  'ServiceExpectationChanged',
  'ServicePaused',
  'ServiceResumed',
  'ServiceDeleted',
  'ServiceRestored',
];
