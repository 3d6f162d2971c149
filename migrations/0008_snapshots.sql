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

-- Every row there ever was; of a snapshot, the rows are the last versions of each of them up to its position.
CREATE TABLE readers.row_keys (
  version    integer NOT NULL,
  projection text    COLLATE "C" NOT NULL,
  key        text    COLLATE "C" NOT NULL,
  PRIMARY KEY (version, projection, key)
);

-- A row that does not change from one snapshot to the next is kept once. Nothing here is ever updated.
CREATE TABLE readers.row_versions (
  version    integer NOT NULL,
  projection text    COLLATE "C" NOT NULL,
  key        text    COLLATE "C" NOT NULL,
  position   bigint  NOT NULL,
  -- NULL when there was none any more.
  row        json,
  PRIMARY KEY (version, projection, key, position)
);

-- Down Migration

DROP TABLE readers.row_versions;
DROP TABLE readers.row_keys;
DROP TABLE readers.snapshots;
