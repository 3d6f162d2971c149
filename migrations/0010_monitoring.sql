-- Up Migration

-- What is checked and when, and what the checks measured. Checks are measurements, not events: only a change of health
-- goes into the log. Nothing here but the measurements would be missed; the rest follows from the log.

CREATE SCHEMA monitoring;

-- A row for every service there ever was, kept by following the log.
CREATE TABLE monitoring.watched (
  service_id       uuid        PRIMARY KEY,
  -- Of the service's stream, that the settings are from: whoever comes late with older ones changes nothing.
  revision         integer     NOT NULL,
  settings         json        NOT NULL,
  interval_seconds integer     NOT NULL,
  timeout_ms       integer     NOT NULL,
  -- When the next check is to start; NULL: none, because it is paused or deleted.
  due_at           timestamptz,
  -- When somebody has to look at it: when it is due, or, while it is being checked, when the lease of whoever does that
  -- ends.
  wake_at          timestamptz,
  -- Counts the leases. A result that comes with an older number is not taken.
  fence            bigint      NOT NULL DEFAULT 0,
  tally            json,
  -- Of the health stream, as far as known; NULL: the stream must be asked.
  health           text,
  last_checked_at  timestamptz,
  last_latency_ms  integer
) WITH (fillfactor = 70);

CREATE INDEX ON monitoring.watched (wake_at) WHERE wake_at IS NOT NULL;

-- Checks of one service start at the same place of each interval, and those of all services are spread over it. So a
-- moment of the schedule is a matter of arithmetic: it does not drift, and survives every stop.
CREATE FUNCTION monitoring.next_slot(service uuid, interval_seconds integer, after timestamptz)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT to_timestamp((s.place + s.length * (floor((s.after - s.place) / s.length) + 1)) / 1000)
    FROM (
      SELECT extract(epoch FROM after) * 1000 AS after,
             interval_seconds * 1000::numeric AS length,
             ((hashtextextended(service::text, 0) & 9223372036854775807)
               % (interval_seconds * 1000))::numeric AS place
    ) s
$$;

-- One row for each check, by the day on which it was started. Days that are too old are dropped whole.
CREATE TABLE monitoring.results (
  id         uuid        NOT NULL,
  service_id uuid        NOT NULL,
  checked_at timestamptz NOT NULL,
  outcome    text        NOT NULL,
  code       text        NOT NULL,
  message    text        NOT NULL,
  latency_ms integer,
  timings    json        NOT NULL,
  details    json        NOT NULL
) PARTITION BY RANGE (checked_at);

CREATE INDEX ON monitoring.results (service_id, checked_at DESC);
-- Results come in the order of time, all services together: that is how they are summed up. Pages that are full are taken
-- into the index soon, not only when a fifth of the day has been added: until then each look reads them.
CREATE INDEX ON monitoring.results USING brin (checked_at) WITH (autosummarize = on);

-- What the checks of some time came to. `latencies` counts answers by bucket: see src/domain/health/latencies.ts.
CREATE TABLE monitoring.rollups_5m (
  service_id uuid        NOT NULL,
  starts_at  timestamptz NOT NULL,
  up         integer     NOT NULL,
  slow       integer     NOT NULL,
  down       integer     NOT NULL,
  unknown    integer     NOT NULL,
  latencies  jsonb       NOT NULL,
  PRIMARY KEY (service_id, starts_at)
) PARTITION BY RANGE (starts_at);

CREATE TABLE monitoring.rollups_1h (
  LIKE monitoring.rollups_5m,
  PRIMARY KEY (service_id, starts_at)
) PARTITION BY RANGE (starts_at);

CREATE TABLE monitoring.rollups_1d (
  LIKE monitoring.rollups_5m,
  PRIMARY KEY (service_id, starts_at)
) PARTITION BY RANGE (starts_at);

-- Up to where each level is summed up; whoever sums up holds the row.
CREATE TABLE monitoring.rolled_up (
  level text        PRIMARY KEY,
  up_to timestamptz NOT NULL
);

-- How often somebody had a service checked lately; see src/monitoring/check-now.ts.
CREATE TABLE monitoring.check_requests (
  key    varchar(255) PRIMARY KEY,
  points integer      NOT NULL DEFAULT 0,
  expire bigint
);

-- Down Migration

DROP SCHEMA monitoring CASCADE;
