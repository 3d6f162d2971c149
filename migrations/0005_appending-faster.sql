-- Up Migration

-- Where the log ended whenever it was emptied, and who did that.
CREATE TABLE log.truncations (
  last_position bigint      PRIMARY KEY,
  events        bigint      NOT NULL,
  truncated_at  timestamptz NOT NULL DEFAULT now(),
  truncated_by  text        NOT NULL DEFAULT session_user
);

-- Removes every event for ever, and says how many there were. For administrators, while no Watchbook runs: only the owner
-- of the table may, and only who says the sentence that names the database. Positions go on where they ended; the log
-- that begins then has another identity, so that everybody who follows it begins anew.
CREATE FUNCTION log.truncate(confirmation text)
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
  sentence  constant text := format('Remove all events in %s for ever', current_database());
  head      bigint;
  removed   bigint;
BEGIN
  IF confirmation IS DISTINCT FROM sentence THEN
    RAISE EXCEPTION 'Nothing was removed. Whoever means it says: %', sentence;
  END IF;
  -- First the lock of log.append, and then the table's: the order in which appends take them.
  PERFORM pg_advisory_xact_lock(7310578001);
  LOCK TABLE log.events IN ACCESS EXCLUSIVE MODE;
  SELECT max(e.position), count(*) INTO head, removed FROM log.events e;
  IF removed > 0 THEN
    INSERT INTO log.truncations (last_position, events) VALUES (head, removed);
    ALTER TABLE log.events DISABLE TRIGGER events_are_facts;
    TRUNCATE log.events;
    ALTER TABLE log.events ENABLE TRIGGER events_are_facts;
  END IF;
  RETURN removed;
END
$$;
REVOKE EXECUTE ON FUNCTION log.truncate (text) FROM PUBLIC;

DROP FUNCTION log.append (text, text, text, text, text, text, text, text, text);

-- Appends many independent appends in one transaction, each with its own verdict.
--
-- Lists come as text joined by U+001F, which JSON text, ids and stream names cannot hold: that is much faster to send
-- than array literals. Per append: stream, expected revision (-1: no stream, -2: any, -3: the stream exists).
-- Per event: the number of its append (from 1), its ordinal within it (from 1), and what is stored.
-- The events come in the order of their appends. A stream occurs in one append of a call at most; should an id occur
-- in two of them, the whole call fails.
--
-- The answer: "before", the position of the last event before these; "took", the milliseconds spent
-- here; and "verdicts", null when each append found its stream at the revision it named, so that all were
-- appended; otherwise for each append, in order, ["appended" | "repeated" | "conflict", revision, position].
-- Repeated: exactly these events stand there already, one after the other. Conflict: with the revision that is there.
--
-- One plan fits batches of any size; planning each call anew would cost a third of the throughput. Lists become rows in
-- target lists: in FROM, they would be written down in between.
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
RETURNS json
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  started         constant timestamptz := clock_timestamp();
  separator       constant text     := E'\x1f';
  stream_list     constant text[]   := string_to_array(streams, separator);
  expected_list   constant bigint[] := string_to_array(expected, separator)::bigint[];
  head            bigint;
  now_or_later    timestamptz;
  is_as_expected  boolean;
  current_list    bigint[];
  verdict_list    text[];
  verdicts        json;
BEGIN
  -- The lock is a statement of its own, so that the statements after it see what the last holder committed.
  PERFORM pg_advisory_xact_lock(7310578001);

  -- The last event of a stream is looked for from the expected revision on: what is earlier need not be passed over.
  -- On an empty log, this finds nothing at all.
  SELECT e.position, e.recorded_at,
         (SELECT bool_and(
                   s.expected = coalesce(
                     (SELECT o.revision
                        FROM log.events o
                       WHERE o.stream = s.stream AND o.revision >= s.expected
                       ORDER BY o.revision DESC
                       LIMIT 1),
                     -1))
            FROM (SELECT unnest(stream_list) AS stream, unnest(expected_list) AS expected) s)
    INTO head, now_or_later, is_as_expected
    FROM log.events e
   ORDER BY e.position DESC
   LIMIT 1;
  -- Numbers are not given again when a log was emptied: its readers go on after the last one they know.
  head := coalesce(head, (SELECT max(t.last_position) FROM log.truncations t), 0);
  -- A clock that was set back must not make later events look older than earlier ones.
  now_or_later := greatest(date_trunc('milliseconds', clock_timestamp()), now_or_later);

  IF is_as_expected THEN
    current_list := expected_list;
  ELSE
    SELECT array_agg(
             coalesce(
               (SELECT e.revision FROM log.events e WHERE e.stream = s.stream ORDER BY e.revision DESC LIMIT 1),
               -1)
             ORDER BY s.n)
      INTO current_list
      FROM unnest(stream_list) WITH ORDINALITY AS s (stream, n);

    SELECT array_agg(v.verdict ORDER BY v.n),
           json_agg(
             json_build_array(
               v.verdict,
               CASE v.verdict
                 WHEN 'appended' THEN current_list[v.n] + v.events
                 WHEN 'repeated' THEN v.last_revision
                 ELSE current_list[v.n]
               END,
               CASE v.verdict
                 WHEN 'appended' THEN head + v.appended_so_far
                 WHEN 'repeated' THEN v.last_position
               END)
             ORDER BY v.n)
      INTO verdict_list, verdicts
      FROM (
        SELECT j.*, sum(j.events) FILTER (WHERE j.verdict = 'appended') OVER (ORDER BY j.n) AS appended_so_far
          FROM (
            SELECT e.n,
                   CASE
                     WHEN count(known.revision) = count(*)
                      AND bool_and(known.stream = stream_list[e.n])
                      AND bool_and(expected_list[e.n] < -1 OR known.revision = expected_list[e.n] + e.ordinal)
                      AND min(known.revision - e.ordinal) = max(known.revision - e.ordinal) THEN 'repeated'
                     WHEN count(known.revision) > 0 THEN 'conflict'
                     WHEN expected_list[e.n] = -2 THEN 'appended'
                     WHEN expected_list[e.n] = -3 AND current_list[e.n] >= 0 THEN 'appended'
                     WHEN expected_list[e.n] = current_list[e.n] THEN 'appended'
                     ELSE 'conflict'
                   END AS verdict,
                   count(*) AS events, max(known.revision) AS last_revision, max(known.position) AS last_position
              FROM (SELECT unnest(string_to_array(numbers, separator))::int  AS n,
                           unnest(string_to_array(ordinals, separator))::int AS ordinal,
                           unnest(string_to_array(ids, separator))::uuid     AS id) e
              -- One look into the index for each id, whatever the planner thinks of the table.
              LEFT JOIN LATERAL (
                SELECT k.stream, k.revision, k.position FROM log.events k WHERE k.id = e.id LIMIT 1
              ) known ON true
             GROUP BY e.n
          ) j
      ) v;
  END IF;

  INSERT INTO log.events (position, stream, revision, id, type, version, data, metadata, recorded_at)
  SELECT head + row_number() OVER (), stream_list[e.n], current_list[e.n] + e.ordinal, e.id, e.type, e.version,
         e.data, e.metadata, now_or_later
    FROM (SELECT unnest(string_to_array(numbers, separator))::int       AS n,
                 unnest(string_to_array(ordinals, separator))::int      AS ordinal,
                 unnest(string_to_array(ids, separator))::uuid          AS id,
                 unnest(string_to_array(types, separator))              AS type,
                 unnest(string_to_array(versions, separator))::smallint AS version,
                 unnest(string_to_array(data, separator))::json         AS data,
                 unnest(string_to_array(metadata, separator))::json     AS metadata) e
   WHERE is_as_expected OR verdict_list[e.n] = 'appended';

  RETURN json_build_object(
    'before', head,
    'took', date_part('epoch', clock_timestamp() - started) * 1000,
    'verdicts', verdicts);
END
$$;

-- Down Migration

DROP FUNCTION log.append (text, text, text, text, text, text, text, text, text);
DROP FUNCTION log.truncate (text);
DROP TABLE log.truncations;

-- Appends many independent appends in one transaction, each with its own verdict.
--
-- Lists come as text joined by U+001F, which JSON text, ids and stream names cannot hold: that is much faster to send
-- than array literals. Per append: stream, expected revision (-1: no stream, -2: any, -3: the stream exists).
-- Per event: the number of its append (from 1), its ordinal within it (from 1), and what is stored.
-- The events come in the order of their appends. A stream occurs in one append of a call at most; should an id occur
-- in two of them, the whole call fails. No expected revision of -2 or -3 comes with the fast path.
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
  now_or_later    timestamptz;
  verdict_list    text[];
  event_counts    bigint[];
  last_revisions  bigint[];
  last_positions  bigint[];
BEGIN
  -- The lock is a statement of its own, so that the statements after it see what the last holder committed.
  PERFORM pg_advisory_xact_lock(7310578001);

  SELECT e.position, e.recorded_at INTO head, now_or_later
    FROM log.events e ORDER BY e.position DESC LIMIT 1;
  head := coalesce(head, 0);
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

  SELECT array_agg(v.verdict ORDER BY v.n), array_agg(v.events ORDER BY v.n),
         array_agg(v.last_revision ORDER BY v.n), array_agg(v.last_position ORDER BY v.n)
    INTO verdict_list, event_counts, last_revisions, last_positions
    FROM (
      SELECT e.n,
             CASE
               WHEN count(known.revision) = count(*)
                AND bool_and(known.stream = stream_list[e.n])
                AND bool_and(expected_list[e.n] < -1 OR known.revision = expected_list[e.n] + e.ordinal)
                AND min(known.revision - e.ordinal) = max(known.revision - e.ordinal) THEN 'repeated'
               WHEN count(known.revision) > 0 THEN 'conflict'
               WHEN expected_list[e.n] = -2 THEN 'appended'
               WHEN expected_list[e.n] = -3 AND current_list[e.n] >= 0 THEN 'appended'
               WHEN expected_list[e.n] = current_list[e.n] THEN 'appended'
               ELSE 'conflict'
             END AS verdict,
             count(*) AS events, max(known.revision) AS last_revision, max(known.position) AS last_position
        FROM unnest(number_list, ordinal_list, id_list) AS e (n, ordinal, id)
        -- One look into the index for each id, whatever the planner thinks of the table.
        LEFT JOIN LATERAL (
          SELECT k.stream, k.revision, k.position FROM log.events k WHERE k.id = e.id LIMIT 1
        ) known ON true
       GROUP BY e.n
    ) v;

  INSERT INTO log.events (position, stream, revision, id, type, version, data, metadata, recorded_at)
  SELECT head + row_number() OVER (ORDER BY e.i), stream_list[e.n], current_list[e.n] + e.ordinal, e.id, e.type,
         e.version, e.data::json, e.metadata::json, now_or_later
    FROM unnest(number_list, ordinal_list, id_list, type_list, version_list, data_list, metadata_list)
         WITH ORDINALITY AS e (n, ordinal, id, type, version, data, metadata, i)
   WHERE verdict_list[e.n] = 'appended';
  IF FOUND THEN
    PERFORM pg_notify('watchbook_log', '');
  END IF;

  RETURN QUERY
    SELECT v.n::int, v.verdict,
           CASE v.verdict
             WHEN 'appended' THEN current_list[v.n] + v.events
             WHEN 'repeated' THEN v.last_revision
             ELSE current_list[v.n]
           END,
           CASE v.verdict
             WHEN 'appended' THEN
               head + (sum(v.events) FILTER (WHERE v.verdict = 'appended') OVER (ORDER BY v.n))::bigint
             WHEN 'repeated' THEN v.last_position
           END
      FROM unnest(verdict_list, event_counts, last_revisions, last_positions)
           WITH ORDINALITY AS v (verdict, events, last_revision, last_position, n);
END
$$;
