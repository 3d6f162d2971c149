import { type LogEntry } from '../event-store/event-store.js';
import { type AuditChunkBits } from '../platform/audit-chunks.js';
import { type RowFold } from './row-fold.js';
import { searchWordsOf } from './search-words.js';

/** How one entry of the log can be found; what it says is told from the log itself, when somebody reads it. */
export interface AuditRow {
  readonly position: string;
  readonly event_id: string;
  readonly recorded_at: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly outcome: 'accepted' | 'refused';
  /** The stream it is about: of a refused command the one that was to be changed, else the event's own. */
  readonly subject: string;
  /** Null, as everything after it, where this build could not read the event. */
  readonly actor_kind: string | null;
  readonly actor_id: string | null;
  readonly command: string | null;
  readonly command_id: string | null;
  readonly correlation_id: string | null;
  readonly causation_id: string | null;
  readonly request_id: string | null;
  /** Separated by spaces; see `searchWordsOf`. */
  readonly words: string;
}

/**
 * The read model of the audit log: a row for every event there is, whatever its type, and for those nobody here can
 * read. Rows are never loaded and never change, so it costs the same however long the log is.
 */
export function auditFold(chunkBits: AuditChunkBits): RowFold {
  const rows: AuditRow[] = [];
  const clear = (): void => void rows.splice(0);

  return {
    name: 'audit',
    version: 2,
    key: 'position',
    columns: {
      position: 'bigint',
      event_id: 'uuid',
      recorded_at: 'timestamptz',
      stream: 'text',
      revision: 'integer',
      type: 'text',
      outcome: 'text',
      subject: 'text',
      actor_kind: 'text',
      actor_id: 'text',
      command: 'text',
      command_id: 'uuid',
      correlation_id: 'text',
      causation_id: 'uuid',
      request_id: 'text',
      words: 'text',
    },
    // Each filter has an index that ends with the position: a page is read off it, newest first, and goes no further.
    indexes: [
      'CREATE INDEX ON TABLE (actor_id, position)',
      'CREATE INDEX ON TABLE (subject, position)',
      'CREATE INDEX ON TABLE (type, position)',
      'CREATE INDEX ON TABLE (correlation_id, position)',
      'CREATE INDEX ON TABLE (recorded_at, position)',
      `CREATE INDEX ON TABLE (position) WHERE outcome = 'refused'`,
      `CREATE INDEX ON TABLE (stream, position) WHERE outcome = 'refused'`,
      textIndex(chunkBits),
    ],
    appendOnly: true,
    handles: () => true,
    keyOf: ({ position }) => position.toString(),
    missing: () => [],
    load: () => undefined,
    apply: (entry) => void rows.push(rowOf(entry)),
    get pending() {
      return rows.length;
    },
    changes: () => ({ upserts: [...rows], deletes: [] }),
    keep: clear,
    forget: clear,
    anew: () => auditFold(chunkBits),
  };
}

/**
 * Each word stands there with its chunk before it, `1a/renamed`, so that a search can take one chunk after the other;
 * the actor stands among them as `1a/@<id>`. The query has the same expression (src/queries/audit/text-search.ts).
 * Without fastupdate: what is pending would be looked through again in each chunk.
 */
function textIndex(chunkBits: AuditChunkBits): string {
  const chunk = `to_hex(position >> ${chunkBits})`;
  return `
    CREATE INDEX ON TABLE USING gin (
      array_to_tsvector(string_to_array(
        ${chunk} || '/@' || coalesce(actor_id, '') || ' ' ||
        ${chunk} || '/' || replace(words, ' ', ' ' || ${chunk} || '/'),
        ' '))
    ) WITH (fastupdate = off)`;
}

function rowOf(entry: LogEntry): AuditRow {
  const { id, stream, revision, position, recordedAt } = entry;
  const place = { position: position.toString(), event_id: id, recorded_at: recordedAt };
  if (!entry.readable)
    return {
      ...place,
      stream,
      revision,
      type: entry.type,
      outcome: 'accepted',
      subject: stream,
      ...unknown,
      words: entry.type.toLowerCase(),
    };
  const { event, metadata } = entry;
  const isRefusal = event.type === 'CommandRefused';
  return {
    ...place,
    stream,
    revision,
    type: event.type,
    outcome: isRefusal ? 'refused' : 'accepted',
    subject: isRefusal ? event.data.target : stream,
    actor_kind: metadata.actor.kind,
    actor_id: metadata.actor.id,
    command: metadata.command,
    command_id: metadata.commandId,
    correlation_id: metadata.correlationId,
    causation_id: metadata.causationId,
    request_id: metadata.requestId,
    words: searchWordsOf(entry).join(' '),
  };
}

const unknown = {
  actor_kind: null,
  actor_id: null,
  command: null,
  command_id: null,
  correlation_id: null,
  causation_id: null,
  request_id: null,
};
