import { type CommandBus } from '../commands/command-bus.js';
import { commandContext } from '../commands/context.js';
import { projections } from '../commands/aggregates.js';
import { endRebuild } from '../commands/projections/projection-commands.js';
import { StateReader } from '../commands/state-reader.js';
import { type ProcessActor } from '../domain/access/actor.js';
import { type RebuildOutcome } from '../domain/projections/events.js';
import {
  type EventStore,
  type LogBatch,
  type LogEntry,
  type LogRange,
} from '../event-store/event-store.js';
import { type Position } from '../event-store/position.js';
import { projectionStream } from '../event-store/stream-id.js';
import { keepDoing } from '../platform/keep-doing.js';
import { type Logger } from '../platform/logger.js';
import { pause } from '../platform/pause.js';

/** Where what administrators want is carried out. Asking twice for the same thing does no harm. */
export interface ProjectionRequests {
  rebuild(id: string, projection: string, version: number | null): Promise<void>;
  rollBack(id: string, projection: string): Promise<void>;
  cancel(id: string): Promise<void>;
  retry(projection: string, eventId: string): Promise<void>;
  skip(projection: string, version: number, eventId: string): Promise<void>;
  /** Rebuilds that have ended, while the log does not say so. */
  ended(): Promise<
    readonly {
      readonly rebuildId: string;
      readonly projection: string;
      readonly outcome: RebuildOutcome;
      readonly reason: string | null;
    }[]
  >;
  markTold(id: string): Promise<void>;
  /** Up to where the log was passed on. */
  position(): Promise<Position>;
  savePosition(position: Position): Promise<void>;
}

export interface ProjectionControlParts {
  readonly store: EventStore;
  readonly bus: CommandBus;
  readonly requests: ProjectionRequests;
  readonly log: Logger;
}

/**
 * Stands between the log and those who carry out what it says of projections: brings them what administrators want,
 * and writes into the log how it ended. It remembers how far it came, and passing something on twice does no harm, so
 * it can be killed anywhere.
 */
export class ProjectionControl {
  private readonly stopping = new AbortController();
  private readonly read: StateReader;
  private running: Promise<unknown> = Promise.resolve();
  private savedAt = 0;

  constructor(private readonly parts: ProjectionControlParts) {
    this.read = new StateReader(parts.store);
  }

  start(): void {
    const persistence = {
      signal: this.stopping.signal,
      onFailure: (error: unknown) =>
        this.parts.log.error({ err: error }, 'Projections cannot be controlled for the moment'),
    };
    this.running = Promise.all([
      keepDoing(() => this.follow(), persistence),
      keepDoing(() => this.tellEnds(), persistence),
    ]);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Resolves when all that the log says up to now has been passed on. */
  async passOnAll(): Promise<void> {
    const { store, requests } = this.parts;
    for await (const batch of store.readAll(range(await requests.position())))
      await this.passOnBatch(batch);
  }

  /** Writes into the log how rebuilds ended. */
  async tellEnded(): Promise<void> {
    const { bus, requests } = this.parts;
    for (const ended of await requests.ended()) {
      const reason = ended.reason?.slice(0, 2000) ?? null;
      await bus.execute(endRebuild, { ...ended, reason }, commandContext(projectionControl));
      await requests.markTold(ended.rebuildId);
    }
  }

  private async follow(): Promise<void> {
    const { store, requests } = this.parts;
    const { signal } = this.stopping;
    for await (const batch of store.subscribe(range(await requests.position()), signal))
      await this.passOnBatch(batch);
  }

  private async passOnBatch({ entries, upTo }: LogBatch): Promise<void> {
    for (const entry of entries) await this.passOn(entry);
    // Now and then also where there was nothing: the next start has less to look through.
    if (entries.length === 0 && performance.now() - this.savedAt < saveEveryMs) return;
    await this.parts.requests.savePosition(upTo);
    this.savedAt = performance.now();
  }

  private async tellEnds(): Promise<void> {
    await this.tellEnded();
    await pause(lookEveryMs, this.stopping.signal);
  }

  private async passOn(entry: LogEntry): Promise<void> {
    // What cannot be read was written by a newer Watchbook, for itself.
    if (!entry.readable) return;
    const { requests } = this.parts;
    const { type, data } = entry.event;
    switch (type) {
      case 'ProjectionRebuildRequested':
        if (await this.isUnderway(data))
          await requests.rebuild(data.rebuildId, data.projection, data.version);
        return;
      case 'ProjectionRollbackRequested':
        if (await this.isUnderway(data)) await requests.rollBack(data.rebuildId, data.projection);
        return;
      case 'ProjectionRebuildCancelled':
        return requests.cancel(data.rebuildId);
      case 'ProjectionRetried':
        return requests.retry(data.projection, data.eventId);
      case 'ProjectionEventSkipped':
        return requests.skip(data.projection, data.version, data.eventId);
      default:
        return;
    }
  }

  private async isUnderway(wanted: { projection: string; rebuildId: string }): Promise<boolean> {
    const { underway } = await this.read.state(projections, projectionStream(wanted.projection));
    return underway?.rebuildId === wanted.rebuildId;
  }
}

function range(after: Position): LogRange {
  return { after, streamPrefix: 'projection-' };
}

const projectionControl: ProcessActor = { kind: 'process', id: 'projection-control' };
const lookEveryMs = 500;
const saveEveryMs = 60_000;
