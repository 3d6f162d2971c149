import { type FragmentSqlToken } from 'slonik';
import { sql } from './database.js';
import { type Scope } from './policy.js';

/** The rows a scope covers, by the column that names their owner. */
export function within(scope: Scope, owner: FragmentSqlToken): FragmentSqlToken {
  switch (scope.see) {
    case 'all':
      return sql.fragment`true`;
    case 'own':
      return sql.fragment`${owner} = ${scope.ownerId}::uuid`;
    case 'nothing':
      return sql.fragment`false`;
  }
}

/** All of the conditions; none is true. */
export function every(conditions: readonly FragmentSqlToken[]): FragmentSqlToken {
  if (conditions.length === 0) return sql.fragment`true`;
  return sql.fragment`${sql.join([...conditions], sql.fragment` AND `)}`;
}

/** Text that contains what was asked for, in any case. */
export function contains(column: FragmentSqlToken, text: string): FragmentSqlToken {
  return sql.fragment`${column} ILIKE ${`%${text.replace(/[\\%_]/g, '\\$&')}%`}`;
}

/** A time as answers have it: UTC, ISO 8601 with milliseconds and `Z`. */
export function utc(column: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** Something a list can be sorted by. */
export interface SortColumn {
  readonly column: FragmentSqlToken;
  /** What has no value comes last, in both directions. Saying so where all have one would keep indexes from use. */
  readonly mayBeNull?: boolean;
}

/** Ties are broken by id, so that pages never overlap. */
export function orderBy<Field extends string>(
  columns: Readonly<Record<Field, SortColumn>>,
  id: FragmentSqlToken,
  sort: Field | `-${Field}`,
): FragmentSqlToken {
  for (const field in columns) {
    const { column, mayBeNull } = columns[field];
    const nulls = mayBeNull ? sql.fragment`NULLS LAST` : sql.fragment``;
    if (sort === field) return sql.fragment`${column} ASC ${nulls}, ${id} ASC`;
    if (sort === `-${field}`) return sql.fragment`${column} DESC ${nulls}, ${id} DESC`;
  }
  throw new Error(`Unreachable: no such order: ${sort}`);
}
