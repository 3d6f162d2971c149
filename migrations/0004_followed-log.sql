-- Up Migration

-- Which log the checkpoints are positions in; one row at the most. Another log has other positions.
CREATE TABLE readers.followed_log (
  identity text    NOT NULL,
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);

-- Until now there was only the one beside them.
INSERT INTO readers.followed_log (identity)
SELECT 'postgres:' || e.id
  FROM log.events e
 ORDER BY e.position
 LIMIT 1;

-- Down Migration

DROP TABLE readers.followed_log;
