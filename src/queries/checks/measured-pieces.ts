import { z } from 'zod';
import { bucketOf } from '../../domain/health/latencies.js';
import { type Span } from '../../domain/health/uptime.js';
import { type KeepDays } from '../../platform/configuration.js';
import { ask, type Database, sql } from '../database.js';

/** What the checks of one service came to in one piece of time. */
export interface Piece extends Span {
  readonly up: number;
  readonly slow: number;
  readonly down: number;
  readonly unknown: number;
  /** Answers by bucket, see src/domain/health/latencies.ts. */
  readonly latencies: ReadonlyMap<number, number>;
}

const second = 1000;
const minute = 60 * second;
const lengths = { '5m': 5 * minute, '1h': 60 * minute, '1d': 24 * 60 * minute };
type Level = keyof typeof lengths;

/** Sums of checks over time: of the finest kind that is still there, and of single results where nothing is summed up. */
export class MeasuredPieces {
  constructor(
    private readonly database: Database,
    private readonly kept: KeepDays,
  ) {}

  /** The pieces that begin within a window, in the order of time; those without any check are left out. */
  async of(serviceId: string, window: Span, now: number): Promise<readonly Piece[]> {
    const summedUp = await this.summedUp();
    const oldestFine = startOfDay(now - this.kept.results * lengths['1d']);
    const oldestHour = startOfDay(now - this.kept.hourly * lengths['1d']);
    const summed = Math.max(window.from, summedUp);
    const parts: readonly [Level, Span][] = [
      ['1d', { from: window.from, to: Math.min(oldestHour, window.to) }],
      ['1h', { from: Math.max(window.from, oldestHour), to: Math.min(oldestFine, window.to) }],
      ['5m', { from: Math.max(window.from, oldestFine), to: Math.min(summedUp, window.to) }],
    ];
    const found = await Promise.all(
      parts.map(([level, span]) => this.sums(serviceId, level, span)),
    );
    return [...found.flat(), ...(await this.results(serviceId, { from: summed, to: window.to }))];
  }

  /** Up to where results are summed up; 0 when nothing is yet. */
  private async summedUp(): Promise<number> {
    const found = await ask(
      this.database.maybeOne(sql.type(UpToRow)`
        SELECT (extract(epoch FROM up_to) * 1000)::float8 AS up_to FROM monitoring.rolled_up WHERE level = '5m'
      `),
    );
    return found?.up_to ?? 0;
  }

  private async sums(serviceId: string, level: Level, { from, to }: Span): Promise<Piece[]> {
    if (from >= to) return [];
    const rows = await ask(
      this.database.any(sql.type(SumRow)`
        SELECT (extract(epoch FROM l.starts_at) * 1000)::float8 AS from, l.up, l.slow, l.down, l.unknown, l.latencies
          FROM ${sql.identifier(['monitoring', `rollups_${level}`])} l
         WHERE l.service_id = ${serviceId}::uuid
           AND l.starts_at >= ${iso(from)}::timestamptz
           AND l.starts_at < ${iso(to)}::timestamptz
         ORDER BY l.starts_at
      `),
    );
    return rows.map(({ latencies, ...row }) => ({
      ...row,
      to: row.from + lengths[level],
      latencies: new Map(Object.entries(latencies).map(([bucket, n]) => [Number(bucket), n])),
    }));
  }

  /** Cut into the same pieces as they will be when they are summed up, so that the answer will be the same. */
  private async results(serviceId: string, { from, to }: Span): Promise<Piece[]> {
    if (from >= to) return [];
    const [first, end] = [firstPiece(from), firstPiece(to)];
    const rows = await ask(
      this.database.any(sql.type(ResultRow)`
        SELECT (extract(epoch FROM r.checked_at) * 1000)::float8 AS at, r.outcome, r.latency_ms
          FROM monitoring.results r
         WHERE r.service_id = ${serviceId}::uuid
           AND r.checked_at >= ${iso(first)}::timestamptz
           AND r.checked_at < ${iso(end)}::timestamptz
         ORDER BY r.checked_at
      `),
    );
    const pieces = new Map<number, Counting>();
    for (const { at, outcome, latency_ms } of rows) {
      const start = Math.floor(at / lengths['5m']) * lengths['5m'];
      const piece = pieces.get(start) ?? newPiece(start);
      pieces.set(start, piece);
      piece[outcome] += 1;
      if (outcome !== 'up' && outcome !== 'slow') continue;
      const bucket = bucketOf(latency_ms ?? 1);
      piece.latencies.set(bucket, (piece.latencies.get(bucket) ?? 0) + 1);
    }
    return [...pieces.values()];
  }
}

type Counting = { -readonly [Part in keyof Piece]: Piece[Part] } & {
  readonly latencies: Map<number, number>;
};

function newPiece(from: number): Counting {
  const none = { up: 0, slow: 0, down: 0, unknown: 0 };
  return { from, to: from + lengths['5m'], ...none, latencies: new Map() };
}

/** The first piece that begins at the moment or after it. */
function firstPiece(at: number): number {
  return Math.ceil(at / lengths['5m']) * lengths['5m'];
}

function startOfDay(at: number): number {
  return Math.floor(at / lengths['1d']) * lengths['1d'];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

const UpToRow = z.object({ up_to: z.number() });

const SumRow = z.object({
  from: z.number(),
  up: z.int(),
  slow: z.int(),
  down: z.int(),
  unknown: z.int(),
  latencies: z.record(z.string(), z.int()),
});

const ResultRow = z.object({
  at: z.number(),
  outcome: z.enum(['up', 'slow', 'down', 'unknown']),
  latency_ms: z.int().nullable(),
});
