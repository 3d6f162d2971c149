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

/** Ties are broken by id, so that pages never overlap; what has no value comes last. */
export function orderBy<Field extends string>(
  columns: Readonly<Record<Field, FragmentSqlToken>>,
  id: FragmentSqlToken,
  sort: Field | `-${Field}`,
): FragmentSqlToken {
  for (const field in columns) {
    if (sort === field) return sql.fragment`${columns[field]} ASC NULLS LAST, ${id} ASC`;
    if (sort === `-${field}`) return sql.fragment`${columns[field]} DESC NULLS LAST, ${id} DESC`;
  }
  throw new Error(`Unreachable: no such order: ${sort}`);
}
