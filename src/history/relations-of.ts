import { type FragmentSqlToken } from 'slonik';
import { sql } from '../queries/database.js';
import { type Relations } from '../queries/relations.js';
import { type SqlType } from '../projections/projection.js';
import { type Position } from '../event-store/position.js';
import { roles } from '../projections/roles.js';
import { services } from '../projections/services.js';
import { tags } from '../projections/tags.js';
import { users } from '../projections/users.js';
import { snapshotVersion } from './snapshots.js';

/** What a table held: whole rows, and those of a snapshot that were still the same. */
export interface PastRows {
  readonly rows: readonly object[];
  readonly snapshot?: {
    readonly projection: string;
    readonly position: Position;
    /** Keys of rows that had changed since, or were gone. */
    readonly except: readonly string[];
  };
}

export type PastTables = { readonly [Name in 'services' | 'tags' | 'users' | 'roles']?: PastRows };

/**
 * Relations that queries read as if they were the tables: so filters, order, pages and counts mean exactly the same in
 * the past. Tables that are not given are empty.
 */
export function relationsOf(tables: PastTables): Relations {
  return {
    with: sql.fragment`
      WITH services AS MATERIALIZED (${rowsOf(services.columns, tables.services)}),
           tags AS MATERIALIZED (${rowsOf(tags.columns, tables.tags)}),
           users AS MATERIALIZED (${rowsOf(users.columns, tables.users)}),
           roles AS MATERIALIZED (${rowsOf(roles.columns, tables.roles)}),
           -- Counted once for all tags: there is no index on tags here.
           tag_uses AS MATERIALIZED (
             SELECT used.tag_id, count(DISTINCT s.id) AS services
               FROM services s
              CROSS JOIN LATERAL unnest(s.tag_ids) AS used (tag_id)
              WHERE NOT s.deleted
              GROUP BY used.tag_id
           )`,
    servicesWithTag: sql.fragment`coalesce((SELECT u.services FROM tag_uses u WHERE u.tag_id = t.id), 0)`,
    lastCheckOfService: sql.fragment`',"last_checked_at":null,"latency_ms":null'`,
    services: sql.fragment`services`,
    tags: sql.fragment`tags`,
    users: sql.fragment`users`,
    roles: sql.fragment`roles`,
    ownerOfService: sql.fragment`(SELECT today.user_id FROM read.services today WHERE today.id = s.id)`,
  };
}

function rowsOf(
  columns: Readonly<Record<string, SqlType>>,
  { rows, snapshot }: PastRows = { rows: [] },
): FragmentSqlToken {
  const shape = columnsOf({ ...columns, view: 'text' });
  const given = sql.fragment`SELECT r.* FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r (${shape})`;
  if (snapshot === undefined) return given;
  const { projection, position, except } = snapshot;
  return sql.fragment`
    SELECT r.*
      FROM readers.row_keys k
     CROSS JOIN LATERAL (
        SELECT v.row
          FROM readers.row_versions v
         WHERE v.version = k.version AND v.projection = k.projection AND v.key = k.key
           AND v.position <= ${position}
         ORDER BY v.position DESC
         LIMIT 1
      ) v
     CROSS JOIN LATERAL json_to_record(v.row) AS r (${shape})
     WHERE k.version = ${snapshotVersion} AND k.projection = ${projection}
       AND v.row IS NOT NULL
       AND NOT k.key = ANY (${sql.array([...except], 'text')})
     UNION ALL
    ${given}`;
}

function columnsOf(columns: Readonly<Record<string, SqlType>>): FragmentSqlToken {
  const all = Object.entries(columns).map(
    ([column, type]) => sql.fragment`${sql.identifier([column])} ${types[type]}`,
  );
  return sql.fragment`${sql.join(all, sql.fragment`, `)}`;
}

const types: Readonly<Record<SqlType, FragmentSqlToken>> = {
  uuid: sql.fragment`uuid`,
  text: sql.fragment`text`,
  boolean: sql.fragment`boolean`,
  integer: sql.fragment`integer`,
  bigint: sql.fragment`bigint`,
  timestamptz: sql.fragment`timestamptz`,
  json: sql.fragment`json`,
  'uuid[]': sql.fragment`uuid[]`,
  'text[]': sql.fragment`text[]`,
};
