import { type StoredEntry } from '../codec.js';

/**
 * A page of events in one row, column by column, each as text of a JSON array: parsing a page at once costs a fraction of
 * what rows do. All are null when there are no events.
 */
export type PackedEvents = [
  /** Of each event position, revision, version, and when it was recorded, in ms since 1970: four numbers in turn. */
  numbers: string | null,
  streams: string | null,
  ids: string | null,
  types: string | null,
  data: string | null,
  metadata: string | null,
];

/** To be selected from events `e`, in their order. */
export const packed = `
  '[' || string_agg(
    e.position || ',' || e.revision || ',' || e.version || ',' || date_part('epoch', e.recorded_at) * 1000,
    ',') || ']',
  json_agg(e.stream),
  json_agg(e.id),
  json_agg(e.type),
  json_agg(e.data),
  json_agg(e.metadata)`;

export function unpack(columns: PackedEvents): StoredEntry[] {
  const [numbers, streams, ids, types, data, metadata] = columns.map(list);
  const time = new TimeText();
  return (ids ?? []).map((id, index) => ({
    position: BigInt(Number(numbers?.[4 * index])),
    stream: String(streams?.[index]),
    revision: Number(numbers?.[4 * index + 1]),
    id: String(id),
    type: String(types?.[index]),
    version: Number(numbers?.[4 * index + 2]),
    data: data?.[index],
    metadata: metadata?.[index],
    recordedAt: time.of(Number(numbers?.[4 * index + 3])),
  }));
}

function list(json: string | null): readonly unknown[] {
  const parsed: unknown = JSON.parse(json ?? '[]');
  if (!Array.isArray(parsed)) throw new Error('Unreachable: each column is an array');
  return parsed;
}

/** Events that were appended together have one time: it is made into text once. */
class TimeText {
  private ms = NaN;
  private text = '';

  of(ms: number): string {
    if (ms !== this.ms) {
      this.ms = ms;
      this.text = new Date(ms).toISOString();
    }
    return this.text;
  }
}
