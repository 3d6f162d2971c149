-- Up Migration

-- How far each reader of the log has come. Read-model tables belong to their projections, and are not made here.
CREATE SCHEMA readers;

CREATE TABLE readers.checkpoints (
  reader     text        PRIMARY KEY,
  version    integer     NOT NULL,
  position   bigint      NOT NULL,
  -- What stopped the reader, if something did.
  error      text,
  error_at   bigint,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Down Migration

DROP SCHEMA readers CASCADE;
