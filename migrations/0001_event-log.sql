-- Up Migration

CREATE SCHEMA log;

CREATE TABLE log.events (
  -- Gapless and in commit order: numbers are given under the lock in log.append.
  position    bigint      PRIMARY KEY,
  stream      text        COLLATE "C" NOT NULL,
  revision    bigint      NOT NULL CHECK (revision >= 0),
  id          uuid        NOT NULL,
  type        text        COLLATE "C" NOT NULL,
  version     smallint    NOT NULL,
  -- json, not jsonb: it is kept as it was sent, and is faster to write and to read. Search belongs in read models.
  data        json        NOT NULL,
  metadata    json        NOT NULL,
  recorded_at timestamptz NOT NULL,
  CONSTRAINT events_stream_revision UNIQUE (stream, revision),
  CONSTRAINT events_id UNIQUE (id)
);

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The event log is append-only: % is not allowed', TG_OP;
END
$$;

CREATE TRIGGER events_are_facts
  BEFORE UPDATE OR DELETE OR TRUNCATE ON log.events
  FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();

-- Appends many independent appends in one transaction, each with its own verdict.
--
-- Lists come as text joined by U+001F, which JSON text, ids and stream names cannot hold: that is much faster to send
-- than array literals. Per append: stream, expected revision (-1: no stream, -2: any, -3: the stream exists).
-- Per event: the number of its append (from 1), its ordinal within it (from 1), and what is stored.
-- A stream occurs in one append of a call at most. No expected revision of -2 or -3 comes with the fast path.
--
-- Verdicts: 'appended'; 'repeated', when exactly these events stand there already, one after the other; 'conflict'.
CREATE FUNCTION log.append(
  streams   text,
  expected  text,
  numbers   text,
  ordinals  text,
  ids       text,
  types     text,
  versions  text,
  data      text,
  metadata  text
)
RETURNS TABLE (number int, verdict text, revision bigint, "position" bigint)
LANGUAGE plpgsql AS $$
DECLARE
  separator       constant text     := E'\x1f';
  stream_list     constant text[]   := string_to_array(streams, separator);
  expected_list   constant bigint[] := string_to_array(expected, separator)::bigint[];
  number_list     constant int[]    := string_to_array(numbers, separator)::int[];
  ordinal_list    constant int[]    := string_to_array(ordinals, separator)::int[];
  id_list         constant uuid[]   := string_to_array(ids, separator)::uuid[];
  type_list       constant text[]   := string_to_array(types, separator);
  version_list    constant int[]    := string_to_array(versions, separator)::int[];
  data_list       constant text[]   := string_to_array(data, separator);
  metadata_list   constant text[]   := string_to_array(metadata, separator);
  current_list    bigint[];
  head            bigint;
  head_before     bigint;
  now_or_later    timestamptz;
  own_ids         uuid[];
  present         int;
  present_there   int;
  in_one_row      boolean;
  last_there      bigint;
  last_position   bigint;
  fits            boolean;
BEGIN
  -- The lock is a statement of its own, so that the statements after it see what the last holder committed.
  PERFORM pg_advisory_xact_lock(7310578001);

  SELECT e.position, e.recorded_at INTO head, now_or_later
    FROM log.events e ORDER BY e.position DESC LIMIT 1;
  head := coalesce(head, 0);
  head_before := head;
  -- A clock that was set back must not make later events look older than earlier ones.
  now_or_later := greatest(date_trunc('milliseconds', clock_timestamp()), now_or_later);

  SELECT array_agg(
           coalesce(
             (SELECT e.revision FROM log.events e WHERE e.stream = s.stream ORDER BY e.revision DESC LIMIT 1),
             -1)
           ORDER BY s.n)
    INTO current_list
    FROM unnest(stream_list) WITH ORDINALITY AS s (stream, n);

  IF current_list = expected_list THEN
    INSERT INTO log.events (position, stream, revision, id, type, version, data, metadata, recorded_at)
    SELECT head + e.i, stream_list[e.n], current_list[e.n] + e.ordinal, e.id, e.type, e.version,
           e.data::json, e.metadata::json, now_or_later
      FROM unnest(number_list, ordinal_list, id_list, type_list, version_list, data_list, metadata_list)
           WITH ORDINALITY AS e (n, ordinal, id, type, version, data, metadata, i);
    PERFORM pg_notify('watchbook_log', '');
    RETURN QUERY
      SELECT e.n, 'appended', current_list[e.n] + max(e.ordinal), head + max(e.i)
        FROM unnest(number_list, ordinal_list) WITH ORDINALITY AS e (n, ordinal, i)
       GROUP BY e.n;
    RETURN;
  END IF;

  FOR append IN 1 .. cardinality(stream_list) LOOP
    own_ids := (SELECT array_agg(e.id ORDER BY e.ordinal)
                  FROM unnest(number_list, ordinal_list, id_list) AS e (n, ordinal, id) WHERE e.n = append);
    fits := CASE expected_list[append]
              WHEN -2 THEN true
              WHEN -3 THEN current_list[append] >= 0
              ELSE expected_list[append] = current_list[append]
            END;

    SELECT count(*),
           count(*) FILTER (WHERE e.stream = stream_list[append]
                              AND (expected_list[append] < -1
                                   OR e.revision BETWEEN expected_list[append] + 1
                                                     AND expected_list[append] + cardinality(own_ids))),
           min(e.revision - array_position(own_ids, e.id)) = max(e.revision - array_position(own_ids, e.id)),
           max(e.revision), max(e.position)
      INTO present, present_there, in_one_row, last_there, last_position
      FROM log.events e WHERE e.id = ANY (own_ids);

    IF present = cardinality(own_ids) AND present_there = present AND in_one_row THEN
      RETURN QUERY SELECT append, 'repeated', last_there, last_position;
    ELSIF NOT fits OR present > 0 THEN
      RETURN QUERY SELECT append, 'conflict', current_list[append], NULL::bigint;
    ELSE
      INSERT INTO log.events (position, stream, revision, id, type, version, data, metadata, recorded_at)
      SELECT head + e.ordinal, stream_list[append], current_list[append] + e.ordinal, e.id, e.type, e.version,
             e.data::json, e.metadata::json, now_or_later
        FROM unnest(number_list, ordinal_list, id_list, type_list, version_list, data_list, metadata_list)
             AS e (n, ordinal, id, type, version, data, metadata)
       WHERE e.n = append;
      head := head + cardinality(own_ids);
      RETURN QUERY SELECT append, 'appended', current_list[append] + cardinality(own_ids), head;
    END IF;
  END LOOP;

  IF head > head_before THEN
    PERFORM pg_notify('watchbook_log', '');
  END IF;
END
$$;

-- Down Migration

-- Taking the log away is never a step back to undo lightly: it goes only while it is empty.
DO $$
BEGIN
  IF EXISTS (SELECT FROM log.events) THEN
    RAISE EXCEPTION 'The event log holds events. Export or drop it by hand if you really mean to lose them.';
  END IF;
END
$$;
DROP SCHEMA log CASCADE;
