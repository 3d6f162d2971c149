import { type Pool } from 'pg';
import { type HealthStatus } from '../../domain/health/events.js';
import { type Tally } from '../../domain/health/tally.js';
import { type CheckResult } from '../results/check-result.js';
import { type Settings } from '../settings.js';

/** The right to make one check, for as long as the lease lasts. */
export interface Lease {
  readonly serviceId: string;
  /** Whoever comes back with an older one than the newest is too late. */
  readonly fence: string;
  readonly settings: Settings;
  /** Of the checks before; null: there were none that count. */
  readonly tally: Tally | null;
  /** What the log says of the service's health; null: it must be asked. */
  readonly health: HealthStatus | null;
  /** When it was given, by the database's clock, in ms since 1970. */
  readonly givenAt: number;
}

/** What a check came to, and what is known then. */
export interface Finding {
  readonly lease: Lease;
  readonly result: CheckResult;
  readonly tally: Tally;
  /** Null: a change of health is to be decided, and written into the log. */
  readonly health: HealthStatus | null;
}

/**
 * Who checks what, and when: a table that any number of processes work off. Whoever leases a check makes it; when they
 * do not come back in time, somebody else does, and what they bring later is not taken. The only clock is the
 * database's.
 */
export class CheckSchedule {
  constructor(private readonly pool: Pool) {}

  /** Takes what is due, the longest first. What others are taking at this moment is left to them. */
  async lease(limit: number): Promise<readonly Lease[]> {
    const { rows } = await this.pool.query<Lease>(
      `WITH due AS (
         SELECT w.service_id
           FROM monitoring.watched w
          WHERE w.wake_at <= now()
          ORDER BY w.wake_at
          LIMIT $1
            FOR UPDATE SKIP LOCKED
       )
       UPDATE monitoring.watched w
          SET fence = w.fence + 1,
              wake_at = now() + ${leaseLength}
         FROM due
        WHERE w.service_id = due.service_id
       RETURNING ${leaseColumns}`,
      [limit],
    );
    return rows;
  }

  /**
   * Takes a check out of turn; whoever is making one comes too late with it. The next one follows half an interval later
   * at the earliest.
   *
   * @returns `undefined` for a service that is not checked: it is paused, or not known here yet.
   */
  async leaseOne(serviceId: string): Promise<Lease | undefined> {
    const { rows } = await this.pool.query<Lease>(
      `UPDATE monitoring.watched w
          SET fence = w.fence + 1,
              wake_at = now() + ${leaseLength}
        WHERE w.service_id = $1 AND w.due_at IS NOT NULL
       RETURNING ${leaseColumns}`,
      [serviceId],
    );
    return rows[0];
  }

  /**
   * Ends leases: keeps what the checks found, and says when the next ones are due. One statement, so that a result is
   * kept if and only if it counts.
   *
   * Where a change of health is to be written into the log, somebody looks again soon, should that not come to be.
   *
   * @returns The ids of the results that counted; the others came too late.
   */
  async finish(findings: readonly Finding[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.pool.query<{ id: string }>(
      `WITH found AS (
         SELECT f.*
           FROM json_to_recordset($1) AS f (
             id uuid, service_id uuid, fence bigint, tally json, health text, checked_at timestamptz, outcome text,
             code text, message text, latency_ms integer, timings json, details json)
       ),
       counted AS (
         UPDATE monitoring.watched w
            SET tally = f.tally,
                health = f.health,
                last_checked_at = f.checked_at,
                last_latency_ms = f.latency_ms,
                due_at = slot.next,
                wake_at = CASE
                  WHEN f.health IS NULL THEN least(slot.next, now() + interval '15 seconds')
                  ELSE slot.next
                END
           FROM found f
           JOIN monitoring.watched before ON before.service_id = f.service_id
          CROSS JOIN LATERAL (
             -- Half an interval at least after this one began: one that was out of turn, or came late, is not followed
             -- at once by the next.
             SELECT monitoring.next_slot(
                      before.service_id,
                      before.interval_seconds,
                      greatest(f.checked_at + before.interval_seconds * interval '0.5 seconds', now())
                    ) AS next
           ) slot
          WHERE w.service_id = f.service_id AND w.fence = f.fence AND w.due_at IS NOT NULL
         RETURNING f.id
       )
       INSERT INTO monitoring.results
         (id, service_id, checked_at, outcome, code, message, latency_ms, timings, details)
       SELECT f.id, f.service_id, f.checked_at, f.outcome, f.code, f.message, f.latency_ms, f.timings, f.details
         FROM found f
         JOIN counted USING (id)
       RETURNING id`,
      [JSON.stringify(findings.map(rowOf))],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Remembers what the log says now, and that nobody has to look again. */
  async settle(
    { serviceId, fence }: Pick<Lease, 'serviceId' | 'fence'>,
    health: HealthStatus,
  ): Promise<void> {
    await this.pool.query(
      `UPDATE monitoring.watched
          SET health = $3, wake_at = due_at
        WHERE service_id = $1 AND fence = $2 AND health IS NULL AND due_at IS NOT NULL`,
      [serviceId, fence, health],
    );
  }

  /**
   * Spreads checks that nobody made in time over a minute, or over their interval where that is shorter: after a stop,
   * they do not all come at once.
   *
   * @returns How many they were.
   */
  async spreadOverdue(): Promise<number> {
    const { rowCount } = await this.pool.query(
      `WITH overdue AS (
         SELECT w.service_id, now() + random() * least(w.interval_seconds, 60) * interval '1 second' AS later
           FROM monitoring.watched w
          WHERE w.wake_at < now() - interval '15 seconds'
            FOR UPDATE SKIP LOCKED
       )
       UPDATE monitoring.watched w
          SET fence = w.fence + 1, due_at = overdue.later, wake_at = overdue.later
         FROM overdue
        WHERE w.service_id = overdue.service_id`,
    );
    return rowCount ?? 0;
  }

  /** @returns In how many ms somebody has to look again; `undefined` when there is nothing to wait for. */
  async untilNext(): Promise<number | undefined> {
    const { rows } = await this.pool.query<{ ms: number | null }>(
      `SELECT (extract(epoch FROM min(wake_at) - now()) * 1000)::float8 AS ms FROM monitoring.watched`,
    );
    return rows[0]?.ms ?? undefined;
  }
}

/** The check's own time, and some for telling what it found. */
const leaseLength = `(w.timeout_ms + 10000) * interval '1 millisecond'`;

const leaseColumns = `
  w.service_id AS "serviceId",
  w.fence,
  w.settings,
  w.tally,
  w.health,
  (extract(epoch FROM now()) * 1000)::float8 AS "givenAt"`;

function rowOf({ lease, result, tally, health }: Finding): object {
  return {
    id: result.id,
    service_id: lease.serviceId,
    fence: lease.fence,
    tally,
    health,
    checked_at: result.checkedAt,
    outcome: result.outcome,
    code: result.code,
    message: result.message,
    latency_ms: result.latencyMs,
    timings: result.timings,
    details: result.details,
  };
}
