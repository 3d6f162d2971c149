import { type RowFold } from '../../../src/projections/row-fold.js';

/** The same read model with one more index, which takes as long as somebody holds this advisory lock. */
export function withSlowIndex(fold: RowFold): RowFold {
  return {
    ...fold,
    get pending() {
      return fold.pending;
    },
    indexes: [...fold.indexes, `CREATE INDEX ON TABLE (faults.slowly(${fold.key}::text))`],
    anew: () => withSlowIndex(fold.anew()),
  };
}

export const indexLock = 7310578099;

/** What the index needs to be in the database. */
export const slowly = `
  CREATE SCHEMA faults;
  CREATE FUNCTION faults.slowly(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(${indexLock});
    RETURN value;
  END
  $$`;
