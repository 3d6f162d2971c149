-- Up Migration

-- What rows of read models were at certain places of the log, so that looking back needs to fold only what came after
-- the nearest of them. All of it can be made anew from the log. Personal data has no place here: see src/history.

CREATE TABLE readers.snapshots (
  -- Of the projections that made the rows, all together.
  version     integer     NOT NULL,
  position    bigint      NOT NULL,
  -- No event up to the position that matters here was recorded later.
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (version, position)
);

-- A row that does not change from one snapshot to the next is kept once: it counts for every snapshot from the first
-- position, inclusive, to the second, exclusive.
CREATE TABLE readers.row_versions (
  version       integer NOT NULL,
  projection    text    COLLATE "C" NOT NULL,
  key           text    COLLATE "C" NOT NULL,
  from_position bigint  NOT NULL,
  to_position   bigint  NOT NULL DEFAULT 9223372036854775807,
  row           json    NOT NULL,
  PRIMARY KEY (version, projection, key, from_position)
);

-- All rows of one snapshot: whether an entry belongs to it can be told within the index.
CREATE INDEX row_versions_snapshot
    ON readers.row_versions (version, projection, to_position, from_position);

-- The newest version of each row, to be closed when the row changes.
CREATE UNIQUE INDEX row_versions_newest
    ON readers.row_versions (version, projection, key)
 WHERE to_position = 9223372036854775807;

-- Down Migration

DROP TABLE readers.row_versions;
DROP TABLE readers.snapshots;
