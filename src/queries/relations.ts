import { type FragmentSqlToken } from 'slonik';
import { sql } from './database.js';
import { utc } from './fragments.js';

/** Where a query finds its rows: the tables as they are, or as they were at some moment. The columns are the same. */
export interface Relations {
  /** Comes before the statement that names them. */
  readonly with: FragmentSqlToken;
  readonly services: FragmentSqlToken;
  readonly tags: FragmentSqlToken;
  readonly users: FragmentSqlToken;
  readonly roles: FragmentSqlToken;
  /** Who owns the service `s` today: who may read it is not a matter of the past. */
  readonly ownerOfService: FragmentSqlToken;
  /** When the service `s` was checked last, and how long that took: measurements, of which the past keeps none. */
  readonly lastCheckOfService: FragmentSqlToken;
  /** How many services have the tag `t`. */
  readonly servicesWithTag: FragmentSqlToken;
}

/** Makes relations for whoever turns out to be allowed to read them; the past is not made for others. */
export type RelationsSource = () => Promise<Relations>;

export const live: Relations = {
  with: sql.fragment``,
  services: sql.fragment`read.services`,
  tags: sql.fragment`read.tags`,
  users: sql.fragment`read.users`,
  roles: sql.fragment`read.roles`,
  ownerOfService: sql.fragment`s.user_id`,
  lastCheckOfService: sql.fragment`
    coalesce(
      (SELECT ',"last_checked_at":"' ||
              ${utc(sql.fragment`w.last_checked_at`)} ||
              '","latency_ms":' || coalesce(w.last_latency_ms::text, 'null')
         FROM monitoring.watched w
        WHERE w.service_id = s.id AND w.last_checked_at IS NOT NULL),
      ',"last_checked_at":null,"latency_ms":null')`,
  servicesWithTag: sql.fragment`
    (SELECT count(*) FROM read.services s WHERE NOT s.deleted AND s.tag_ids @> ARRAY[t.id])`,
};

export const now: RelationsSource = () => Promise.resolve(live);
