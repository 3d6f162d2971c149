import DataLoader from 'dataloader';
import { type FragmentSqlToken, type QuerySqlToken } from 'slonik';
import { z } from 'zod';
import { type One } from './answers.js';
import { ask, type Database, sql } from './database.js';
import { refusal, type Scope } from './policy.js';
import { live, type Relations } from './relations.js';

/**
 * Reads of single rows. Those that arrive in the same turn of the event loop go to the database as one statement:
 * under load a round trip costs more than a row. Each read brings its own scope into that statement.
 */
export class SingleReads {
  private readonly reads: DataLoader<Wanted, Row | undefined>;

  /** @param statement Asks for rows of `FoundRow`, given a table `w (key, see, owner_id, n)` of what is wanted. */
  constructor(
    private readonly database: Database,
    private readonly statement: (
      wanted: FragmentSqlToken,
      from: Relations,
    ) => QuerySqlToken<typeof FoundRow>,
  ) {
    this.reads = new DataLoader((wanted) => this.find(wanted, live), {
      cache: false,
      maxBatchSize: 200,
      batchScheduleFn: (send) => setImmediate(send),
    });
  }

  /**
   * @returns `undefined` when there is no such thing.
   * @throws QueryRefused when there is, and the scope does not cover it; ReadModelsUnavailable.
   */
  async read(key: string, scope: Scope, from: Relations): Promise<One | undefined> {
    const wanted = { key, scope };
    const row =
      from === live ? await this.reads.load(wanted) : (await this.find([wanted], from))[0];
    if (row === undefined) return undefined;
    if (!row.is_visible) throw refusal(scope);
    return { body: row.body, revision: row.revision };
  }

  private async find(wanted: readonly Wanted[], from: Relations): Promise<(Row | undefined)[]> {
    const rows = await ask(this.database.any(this.statement(tableOf(wanted), from)));
    const found = new Map(rows.map((row) => [row.n, row]));
    return wanted.map((_, index) => found.get(index + 1));
  }
}

export const FoundRow = z.object({
  /** Which of the wanted ones this is, from 1. */
  n: z.int(),
  body: z.string(),
  revision: z.int(),
  is_visible: z.boolean(),
});
type Row = z.infer<typeof FoundRow>;

interface Wanted {
  readonly key: string;
  readonly scope: Scope;
}

/** Whether the scope that a read brought along covers a row, by the column that names its owner. */
export function isCovered(owner: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(w.see = 'all' OR (w.see = 'own' AND ${owner} = w.owner_id))`;
}

function tableOf(wanted: readonly Wanted[]): FragmentSqlToken {
  const keys = wanted.map(({ key }) => key);
  const see = wanted.map(({ scope }) => scope.see);
  const owners = wanted.map(({ scope }) => (scope.see === 'own' ? scope.ownerId : null));
  return sql.fragment`
    unnest(${sql.array(keys, 'text')}, ${sql.array(see, 'text')}, ${sql.array(owners, 'uuid')})
      WITH ORDINALITY AS w (key, see, owner_id, n)`;
}
