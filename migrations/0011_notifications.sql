-- Up Migration

-- What was sent to webhooks, or is to be. These are no events: they are kept for a month, then removed.
CREATE SCHEMA notifications;

CREATE TABLE notifications.deliveries (
  id              uuid        PRIMARY KEY,
  webhook_id      uuid        NOT NULL,
  -- The event that is told, and what tells it apart for the receiver; of a test, the delivery's own id.
  event_id        uuid        NOT NULL,
  event           text        NOT NULL,
  is_test         boolean     NOT NULL,
  service_id      uuid,
  -- Where the event stands in the log: when a webhook ends, what happened before that is not sent any more.
  position        bigint,
  -- The text that is signed and sent, the same in each attempt.
  body            text        NOT NULL,
  outcome         text        NOT NULL DEFAULT 'pending'
                  CHECK (outcome IN ('pending', 'delivered', 'failed', 'dropped')),
  attempts        integer     NOT NULL DEFAULT 0,
  -- After this, nothing more is tried.
  gives_up_at     timestamptz NOT NULL,
  next_attempt_at timestamptz,
  -- Of the last attempt, or why there was none.
  attempted_at    timestamptz,
  status_code     integer,
  latency_ms      integer,
  code            text,
  message         text,
  excerpt         text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  ended_at        timestamptz,
  -- However many processes follow the log, an event is told to a webhook once.
  UNIQUE (webhook_id, event_id)
);
CREATE INDEX deliveries_newest ON notifications.deliveries (webhook_id, created_at DESC, id DESC);
CREATE INDEX deliveries_by_age ON notifications.deliveries (created_at);

-- Webhooks to which nothing got through for some time, and how often that was tried.
CREATE TABLE notifications.failing (
  webhook_id uuid        PRIMARY KEY,
  since      timestamptz NOT NULL,
  attempts   integer     NOT NULL
);

-- What requests to a webhook are signed with. Two count while one takes over from the other.
CREATE TABLE secrets.webhook_secrets (
  webhook_id uuid        NOT NULL,
  number     integer     NOT NULL,
  secret     text        NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Null for the newest.
  expires_at timestamptz,
  PRIMARY KEY (webhook_id, number)
);

-- Down Migration

-- The schema of the job queue is made by its library; its jobs mean nothing without the deliveries.
DROP SCHEMA IF EXISTS jobs CASCADE;
DROP TABLE secrets.webhook_secrets;
DROP SCHEMA notifications CASCADE;
