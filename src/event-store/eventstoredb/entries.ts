import { type EventData, jsonEvent, type JSONType } from '@eventstore/db-client';
import { z } from 'zod';
import { type StoredEntry, type StoredEvent } from '../codec.js';

/** What the client makes of a record; of `$all` and of one stream alike. */
export interface ResolvedRecord {
  /** Missing where a link leads nowhere. */
  readonly event?: {
    readonly streamId: string;
    readonly id: string;
    readonly revision: bigint;
    readonly type: string;
    readonly data: unknown;
    readonly metadata?: unknown;
    readonly created: Date;
    readonly position?: { readonly commit: bigint };
  };
  readonly commitPosition?: bigint;
}

/** What stands in the place of an event's metadata: ours, and what the envelope needs beside it. */
const Beside = z.object({
  version: z.int().nonnegative(),
  metadata: z.unknown(),
  /** Of an event that was moved here from another store, where it was recorded then. */
  recordedAt: z.iso.datetime({ precision: 3 }).optional(),
});

const Json = z.custom<JSONType>((value) => value !== undefined);

/** Nothing but what was JSON reaches the client: it is not prepared for anything else. */
export function toEventData(event: StoredEvent, recordedAt?: string): EventData {
  const { id, type, version } = event;
  const metadata: z.infer<typeof Beside> = { version, metadata: parse(event.metadata) };
  if (recordedAt !== undefined) metadata.recordedAt = recordedAt;
  return jsonEvent({ id, type, data: parse(event.data), metadata });
}

function parse(json: string): JSONType {
  return Json.parse(JSON.parse(json));
}

/** The server's own, which share the log with ours. */
export function isOfSystem({ event }: ResolvedRecord): boolean {
  return event === undefined || event.type.startsWith('$') || event.streamId.startsWith('$');
}

export function positionOf({ event, commitPosition }: ResolvedRecord): bigint {
  const position = event?.position?.commit ?? commitPosition;
  if (position === undefined) throw new Error('The server tells no positions: it is too old');
  return position;
}

/** Also of what is not ours: bytes and foreign metadata become something that the codec will call unreadable. */
export function toEntry(record: ResolvedRecord): StoredEntry {
  const { event } = record;
  if (event === undefined) throw new Error('A link that leads nowhere is no entry');
  const beside = Beside.safeParse(event.metadata).data;
  return {
    id: event.id.toLowerCase(),
    stream: event.streamId,
    revision: Number(event.revision),
    position: positionOf(record),
    recordedAt: beside?.recordedAt ?? timeOf(event.created),
    type: event.type,
    version: beside?.version ?? 0,
    data: asJson(event.data),
    metadata: beside === undefined ? asJson(event.metadata) : asJson(beside.metadata),
  };
}

function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value ?? null;
}

export function timeOf(created: Date): string {
  return Number.isNaN(created.getTime()) ? new Date(0).toISOString() : created.toISOString();
}
