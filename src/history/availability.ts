import { type Actor } from '../domain/access/actor.js';
import { quantile } from '../domain/health/latencies.js';
import { silenceMs } from '../domain/health/tally.js';
import {
  type CountsAs,
  type Span,
  timeSpent,
  type TimeSpent,
  type Turn,
  uptimeOf,
} from '../domain/health/uptime.js';
import { type Schedule } from '../domain/services/schedule.js';
import { type EventStore, type RecordedEvent } from '../event-store/event-store.js';
import { healthStream, serviceStream, type StreamId } from '../event-store/stream-id.js';
import { type MeasuredPieces, type Piece } from '../queries/checks/measured-pieces.js';
import { type ServiceRow, services } from '../projections/services.js';
import { type QueryPolicy, requireCovered } from '../queries/policy.js';
import { rowAfter } from './row-at.js';

/** How available a service was in some time. */
export interface AvailabilityReport {
  readonly window: Span;
  readonly spent: TimeSpent;
  /** Null when nothing is known. */
  readonly uptime: number | null;
  /** Made in that time, whatever they came to; cut to whole pieces of five minutes. */
  readonly checks: {
    readonly up: number;
    readonly slow: number;
    readonly down: number;
    readonly unknown: number;
  };
  readonly latencyMs: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
}

/**
 * Tells how available a service was. How it was is in the log, so the answer does not depend on any read model; where
 * nothing was measured, what the log says last is not taken for granted.
 */
export class Availability {
  constructor(
    private readonly store: EventStore,
    private readonly pieces: MeasuredPieces,
    private readonly policy: QueryPolicy,
  ) {}

  /**
   * @param now In ms since 1970; what is to come counts for nothing.
   * @returns `undefined` when there is no such service.
   * @throws QueryRefused, ReadModelsUnavailable, and what the event store throws.
   */
  async of(
    actor: Actor,
    serviceId: string,
    asked: Span,
    degradedCountsAs: CountsAs,
    now: number,
  ): Promise<AvailabilityReport | undefined> {
    const { row, turns } = await this.lifeOf(serviceId);
    if (row === undefined || row.deleted) return undefined;
    requireCovered(this.policy.scope(actor), row.user_id);
    const window = { from: asked.from, to: Math.max(asked.from, Math.min(asked.to, now)) };
    const pieces = await this.pieces.of(serviceId, window, now);
    const silences = silencesBetween(pieces, window, silenceMs(scheduleOf(row)));
    const health = await this.healthTurns(serviceId);
    const spent = timeSpent([...turns, ...health], silences, window, degradedCountsAs);
    return {
      window,
      spent,
      uptime: uptimeOf(spent),
      checks: countsOf(pieces),
      latencyMs: latenciesOf(pieces),
    };
  }

  private async lifeOf(
    serviceId: string,
  ): Promise<{ readonly row: ServiceRow | undefined; readonly turns: readonly Turn[] }> {
    let row: ServiceRow | undefined;
    const turns: Turn[] = [];
    for await (const recorded of this.events(serviceStream(serviceId))) {
      const before = presenceIn(row);
      row = rowAfter(services, row, recorded);
      const to = presenceIn(row);
      if (to !== before) turns.push({ at: Date.parse(recorded.recordedAt), to });
    }
    return { row, turns };
  }

  private async healthTurns(serviceId: string): Promise<Turn[]> {
    const turns: Turn[] = [];
    for await (const { event } of this.events(healthStream(serviceId)))
      if (event.type === 'ServiceHealthChanged')
        turns.push({ at: Date.parse(event.data.since), to: event.data.to });
    return turns;
  }

  /** What this build cannot read is passed over: what it changed is not known. */
  private async *events(stream: StreamId): AsyncGenerator<RecordedEvent> {
    for await (const entry of this.store.readStream(stream)) if (entry.readable) yield entry;
  }
}

function presenceIn(row: ServiceRow | undefined): 'watched' | 'paused' | 'gone' {
  if (row === undefined || row.deleted) return 'gone';
  return row.paused ? 'paused' : 'watched';
}

function scheduleOf({ interval_seconds, timeout_ms }: ServiceRow): Schedule {
  return { intervalSeconds: interval_seconds, timeoutMs: timeout_ms };
}

/** Times without a check that could tell, when they are longer than a service is allowed to be silent. */
function silencesBetween(pieces: readonly Piece[], window: Span, longestMs: number): Span[] {
  const told = pieces.filter(({ up, slow, down }) => up + slow + down > 0);
  const ends = [window.from, ...told.map(({ to }) => to)];
  const starts = [...told.map(({ from }) => from), window.to];
  return ends.flatMap((from, index) => {
    const to = starts[index] ?? window.to;
    return to - from > longestMs ? [{ from, to }] : [];
  });
}

function countsOf(pieces: readonly Piece[]): AvailabilityReport['checks'] {
  const counts = { up: 0, slow: 0, down: 0, unknown: 0 };
  for (const { up, slow, down, unknown } of pieces) {
    counts.up += up;
    counts.slow += slow;
    counts.down += down;
    counts.unknown += unknown;
  }
  return counts;
}

function latenciesOf(pieces: readonly Piece[]): AvailabilityReport['latencyMs'] {
  const all = new Map<number, number>();
  for (const { latencies } of pieces)
    for (const [bucket, count] of latencies) all.set(bucket, (all.get(bucket) ?? 0) + count);
  return { p50: quantile(all, 0.5), p95: quantile(all, 0.95), p99: quantile(all, 0.99) };
}
