import { type Pool } from 'pg';
import { type Settings } from '../settings.js';

/** A service, as the log has it at some revision. */
export interface Watched {
  readonly serviceId: string;
  readonly revision: number;
  /** Whether it is checked: it is neither paused nor deleted. */
  readonly isActive: boolean;
  readonly settings: Settings;
  /** Whether that was decided just now, or long ago by somebody who reads the log from its beginning. */
  readonly isNews: boolean;
}

/** The side of the schedule that follows from the log. Writing what is known already changes nothing. */
export class WatchedServices {
  constructor(private readonly pool: Pool) {}

  /**
   * Takes over what the log says. A service that begins to be checked, or is to be asked something else, is due at once;
   * what is under way for it then counts no more.
   */
  async update(services: readonly Watched[]): Promise<void> {
    await this.pool.query(
      `INSERT INTO monitoring.watched AS w
         (service_id, revision, settings, interval_seconds, timeout_ms, due_at, wake_at)
       SELECT s.service_id, s.revision, s.settings, s.interval_seconds, s.timeout_ms, first.due, first.due
         FROM json_to_recordset($1) AS s (
           service_id uuid, revision integer, is_active boolean, settings json, interval_seconds integer,
           timeout_ms integer, is_news boolean)
        CROSS JOIN LATERAL (
           -- Whoever catches up with a long log does not check all services at once.
           SELECT CASE
             WHEN NOT s.is_active THEN NULL
             WHEN s.is_news THEN now()
             ELSE now() + random() * least(s.interval_seconds, 60) * interval '1 second'
           END AS due
         ) first
        -- In one order, so that processes that do the same do not wait for each other in circles.
        ORDER BY s.service_id
           ON CONFLICT (service_id) DO UPDATE
          SET revision = EXCLUDED.revision,
              settings = EXCLUDED.settings,
              interval_seconds = EXCLUDED.interval_seconds,
              timeout_ms = EXCLUDED.timeout_ms,
              (due_at, wake_at, fence, tally, health) = (
                SELECT CASE
                         WHEN EXCLUDED.due_at IS NULL OR begins.anew THEN EXCLUDED.due_at
                         WHEN w.interval_seconds <> EXCLUDED.interval_seconds
                           THEN monitoring.next_slot(w.service_id, EXCLUDED.interval_seconds, now())
                         ELSE w.due_at
                       END,
                       CASE
                         WHEN EXCLUDED.due_at IS NULL OR begins.anew THEN EXCLUDED.wake_at
                         -- Unless it is being checked: then the end of that says when the next one is due.
                         WHEN w.interval_seconds <> EXCLUDED.interval_seconds AND w.wake_at = w.due_at
                           THEN monitoring.next_slot(w.service_id, EXCLUDED.interval_seconds, now())
                         ELSE w.wake_at
                       END,
                       CASE WHEN begins.anew THEN w.fence + 1 ELSE w.fence END,
                       CASE WHEN begins.anew THEN NULL ELSE w.tally END,
                       CASE WHEN begins.anew THEN NULL ELSE w.health END
                  FROM (
                    SELECT w.due_at IS NULL
                           OR EXCLUDED.due_at IS NULL
                           OR (w.settings ->> 'target') <> (EXCLUDED.settings ->> 'target')
                           OR (w.settings ->> 'expectation') <> (EXCLUDED.settings ->> 'expectation') AS anew
                  ) begins
              )
        WHERE w.revision < EXCLUDED.revision`,
      [JSON.stringify(services.map(rowOf))],
    );
  }
}

function rowOf({ serviceId, revision, isActive, settings, isNews }: Watched): object {
  return {
    service_id: serviceId,
    revision,
    is_active: isActive,
    settings,
    interval_seconds: settings.schedule.intervalSeconds,
    timeout_ms: settings.schedule.timeoutMs,
    is_news: isNews,
  };
}
