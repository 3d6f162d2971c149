import { type ServiceRow } from '../projections/services.js';

/** A field as the HTTP contract spells it, old and new; `null` where it had no value. */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * What is different between two rows of a service. A service that was just registered had no values before.
 *
 * @param tagsOf What the tags were at the time.
 */
export function changesOf(
  before: ServiceRow | undefined,
  after: ServiceRow,
  tagsOf: (ids: readonly string[]) => readonly object[],
): FieldChange[] {
  if (before === after) return [];
  const old: ReadonlyMap<string, unknown> = before === undefined ? new Map() : fieldsOf(before);
  const fresh = fieldsOf(after);
  const changes = [...new Set([...old.keys(), ...fresh.keys()])].flatMap((field): FieldChange[] => {
    const change = { field, before: old.get(field) ?? null, after: fresh.get(field) ?? null };
    return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change];
  });
  const tagIds = before?.tag_ids ?? [];
  if (tagIds.length !== after.tag_ids.length)
    changes.push({ field: 'tags', before: tagsOf(tagIds), after: tagsOf(after.tag_ids) });
  // That a new service is not deleted goes without saying.
  return before === undefined ? changes.filter(({ field }) => field !== 'deleted') : changes;
}

/** What people decide, field by field; each part of what is expected is one. */
function fieldsOf(row: ServiceRow): Map<string, unknown> {
  const { name, url, type, interval_seconds, timeout_ms, failure_threshold } = row;
  const { success_threshold, degraded_above_ms, paused, user_id, deleted } = row;
  const expected = Object.entries(row.expect ?? {}).map(([part, value]): [string, unknown] => [
    `expect.${part}`,
    value,
  ]);
  return new Map([
    ...Object.entries({ name, url, type, interval_seconds, timeout_ms, failure_threshold }),
    ...Object.entries({ success_threshold, degraded_above_ms }),
    ...expected,
    ...Object.entries({ paused, user_id, deleted }),
  ]);
}
