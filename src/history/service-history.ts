import { type Actor } from '../domain/access/actor.js';
import { type UserDirectory } from '../domain/access/user-directory.js';
import { type EventStore, type LogEntry } from '../event-store/event-store.js';
import { serviceStream } from '../event-store/stream-id.js';
import { type ServiceRow, services } from '../projections/services.js';
import { type Page, type Paging } from '../queries/answers.js';
import { type QueryPolicy, requireCovered } from '../queries/policy.js';
import { rowAfter } from './row-at.js';
import { changesOf } from './service-changes.js';
import { TagLives } from './tag-lives.js';

/** What happened to a service, told by the same row function that keeps its row: each event with what it changed. */
export class ServiceHistory {
  constructor(
    private readonly store: EventStore,
    private readonly services: QueryPolicy,
    private readonly users: QueryPolicy,
    private readonly directory: UserDirectory,
  ) {}

  /**
   * Newest first; also of a deleted service.
   *
   * @returns `undefined` when there never was such a service.
   * @throws QueryRefused, DirectoryIsBehind, and what the event store throws.
   */
  async page(actor: Actor, id: string, { skip, limit }: Paging): Promise<Page | undefined> {
    const newest = await this.newestRevision(id);
    if (newest === undefined) return undefined;
    const steps: Step[] = [];
    let row: ServiceRow | undefined;
    for await (const entry of this.store.readStream(serviceStream(id))) {
      if (entry.revision > newest) break;
      const before = row;
      if (entry.readable) row = rowAfter(services, before, entry);
      const fromTheEnd = newest - entry.revision;
      if (fromTheEnd >= skip && fromTheEnd < skip + limit)
        steps.push({ entry, before, after: row });
    }
    if (row === undefined) return undefined;
    requireCovered(this.services.scope(actor), row.user_id);
    const tags = await TagLives.of(this.store, steps.flatMap(tagIdsOf));
    const told = steps.reverse().map((step) => JSON.stringify(this.tell(actor, step, tags)));
    return { data: told.join(','), count: newest + 1 };
  }

  private async newestRevision(id: string): Promise<number | undefined> {
    const last = { direction: 'backwards', limit: 1 } as const;
    for await (const { revision } of this.store.readStream(serviceStream(id), last))
      return revision;
    return undefined;
  }

  private tell(reader: Actor, { entry, before, after }: Step, tags: TagLives): object {
    const { revision, recordedAt } = entry;
    const metadata = entry.readable ? entry.metadata : undefined;
    return {
      revision,
      type: entry.readable ? entry.event.type : entry.type,
      recorded_at: recordedAt,
      actor: metadata === undefined ? null : this.describe(reader, metadata.actor),
      command: metadata?.command ?? null,
      allowed_by: metadata?.allowedBy ?? null,
      request_id: metadata?.requestId ?? null,
      correlation_id: metadata?.correlationId ?? null,
      changes:
        after === undefined ? [] : changesOf(before, after, (ids) => tags.at(recordedAt, ids)),
    };
  }

  /** An address is shown to whoever may read users, and to everybody their own. */
  private describe(reader: Actor, { kind, id }: { kind: string; id: string }): object {
    const isKnown = kind === 'user' && (id === reader.id || this.users.scope(reader).see === 'all');
    return { kind, id, email: isKnown ? (this.directory.byId(id)?.email ?? null) : null };
  }
}

/** An event, and the row around it. */
interface Step {
  readonly entry: LogEntry;
  readonly before: ServiceRow | undefined;
  readonly after: ServiceRow | undefined;
}

/** The tags it took off or put on, with those that stayed: they are shown before and after. */
function tagIdsOf({ before, after }: Step): string[] {
  const [had, has] = [before?.tag_ids ?? [], after?.tag_ids ?? []];
  return had.length === has.length ? [] : [...had, ...has];
}
