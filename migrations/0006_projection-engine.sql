-- Up Migration

-- Which process runs a projection, and until when it may think so, by the clock of the database. The epoch counts the
-- takeovers: whoever writes a checkpoint under an old one has been overtaken.
ALTER TABLE readers.checkpoints
  ADD COLUMN owner       uuid,
  ADD COLUMN epoch       bigint      NOT NULL DEFAULT 0,
  ADD COLUMN until       timestamptz,
  -- The event that stopped the reader.
  ADD COLUMN error_event uuid;

-- Events that an administrator told a projection to pass over. Another version of it may be able to digest them.
CREATE TABLE readers.skipped (
  reader   text    NOT NULL,
  version  integer NOT NULL,
  event_id uuid    NOT NULL,
  PRIMARY KEY (reader, version, event_id)
);

-- Tables that were replaced by a rebuild and are kept in the schema read_before: what made them, and how far they go.
CREATE TABLE readers.replaced (
  reader      text        PRIMARY KEY,
  version     integer     NOT NULL,
  position    bigint      NOT NULL,
  replaced_at timestamptz NOT NULL DEFAULT now()
);

-- Rebuilds, running and past. A running one has an owner as a projection has, and goes on from its position when
-- another process takes it over.
CREATE TABLE readers.rebuilds (
  id           uuid        PRIMARY KEY,
  reader       text        NOT NULL,
  kind         text        NOT NULL CHECK (kind IN ('rebuild', 'rollback')),
  stage        text        NOT NULL DEFAULT 'waiting'
               CHECK (stage IN ('waiting', 'loading', 'indexing', 'catching-up', 'swapped', 'cancelled', 'failed')),
  -- Of the projection that builds it; of nobody in particular while it waits.
  version      integer,
  position     bigint      NOT NULL DEFAULT 0,
  -- How many events were folded up to there.
  events       bigint      NOT NULL DEFAULT 0,
  -- How far it has come beyond that, in memory only: for whoever watches.
  seen_position bigint     NOT NULL DEFAULT 0,
  seen_events   bigint     NOT NULL DEFAULT 0,
  is_cancelled boolean     NOT NULL DEFAULT false,
  reason       text,
  -- Whether the log says how it ended.
  is_told      boolean     NOT NULL DEFAULT false,
  owner        uuid,
  epoch        bigint      NOT NULL DEFAULT 0,
  until        timestamptz,
  requested_at timestamptz NOT NULL DEFAULT now(),
  started_at   timestamptz,
  ended_at     timestamptz,
  updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX rebuilds_one_at_a_time ON readers.rebuilds (reader)
 WHERE stage NOT IN ('swapped', 'cancelled', 'failed');
CREATE INDEX rebuilds_newest ON readers.rebuilds (reader, requested_at DESC);

-- Down Migration

DROP TABLE readers.rebuilds, readers.replaced, readers.skipped;
ALTER TABLE readers.checkpoints
  DROP COLUMN owner,
  DROP COLUMN epoch,
  DROP COLUMN until,
  DROP COLUMN error_event;
