-- Up Migration

-- Proof of what stood in the log: chained blocks over its events, in order. See docs/audit.md for what is hashed.
CREATE SCHEMA seals;

CREATE TABLE seals.blocks (
  -- Of which log; another one has a chain of its own, so that positions here are never positions elsewhere.
  log           text        NOT NULL,
  number        bigint      NOT NULL CHECK (number >= 1),
  -- How many events this block covers, and how many there are up to its end.
  events        integer     NOT NULL CHECK (events >= 1),
  total         bigint      NOT NULL,
  last_position bigint      NOT NULL,
  root          bytea       NOT NULL CHECK (octet_length(root) = 32),
  previous      bytea       NOT NULL CHECK (octet_length(previous) = 32),
  hash          bytea       NOT NULL CHECK (octet_length(hash) = 32),
  sealed_at     timestamptz NOT NULL,
  key_id        text        NOT NULL,
  signature     bytea       NOT NULL,
  -- The hash of each event, 32 bytes after 32 bytes: they tell which one it is when the root does not match.
  leaves        bytea       NOT NULL,
  -- Two processes that seal at the same time: one of them is too late.
  PRIMARY KEY (log, number)
);

CREATE TRIGGER blocks_are_facts
  BEFORE UPDATE OR DELETE OR TRUNCATE ON seals.blocks
  FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();

-- Down Migration

-- What was sealed could not be proved any more; the events themselves are not touched.
DO $$
BEGIN
  IF EXISTS (SELECT FROM seals.blocks) THEN
    RAISE EXCEPTION 'The event log is sealed. Export the seals, then drop the schema "seals" by hand if you really mean to lose them.';
  END IF;
END
$$;
DROP SCHEMA seals CASCADE;
