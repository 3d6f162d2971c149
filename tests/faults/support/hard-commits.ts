import { runSql } from '../../http/support/database.js';

/**
 * Makes commits fail that hold an event called `doomed …`, and those take long that hold one called `slow …`: when all
 * has been written, and nobody can see it yet.
 */
export async function makeCommitsHard(url: string, table: string): Promise<void> {
  await runSql(
    url,
    `
      CREATE FUNCTION public.fail_or_linger() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.data ->> 'name' LIKE 'doomed %' THEN
          RAISE EXCEPTION '% is doomed', NEW.data ->> 'name';
        ELSIF NEW.data ->> 'name' LIKE 'slow %' THEN
          PERFORM pg_sleep(0.01);
        END IF;
        RETURN NULL;
      END
      $$;
      CREATE CONSTRAINT TRIGGER fail_or_linger
        AFTER INSERT ON ${table}
        DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION public.fail_or_linger()`,
  );
}
