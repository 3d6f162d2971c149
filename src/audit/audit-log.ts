import { type Actor, may } from '../domain/access/actor.js';
import { type EventStore } from '../event-store/event-store.js';
import { start } from '../event-store/position.js';
import { wordsOf } from '../projections/search-words.js';
import { type AuditFilter, type AuditQueries } from '../queries/audit/audit-queries.js';
import { type AuditEntry } from './audit-entry.js';
import { type People } from './names.js';
import { Narrator } from './narrator.js';
import { toldTypes } from './sentences/story.js';

/** What somebody searches the audit log for; `q` is words, each of which begins a word of the entry. */
export type AuditSearch = Omit<AuditFilter, 'words'> & { readonly q?: string | undefined };

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** The position after which the next page begins; undefined at the end. */
  readonly next: bigint | undefined;
}

export { toldTypes, wordsOf };

/** The log as people read it: searched, and told in sentences, with what changed. */
export class AuditLog {
  constructor(
    private readonly store: Pick<EventStore, 'readStream'>,
    private readonly queries: AuditQueries,
    private readonly people: People,
  ) {}

  /**
   * Newest first.
   *
   * @param before Exclusive.
   * @throws QueryRefused, ReadModelsUnavailable, EventStoreUnavailable
   */
  async page(
    actor: Actor,
    search: AuditSearch,
    { before, limit }: { readonly before?: bigint | undefined; readonly limit: number },
  ): Promise<AuditPage> {
    const options = { before, limit: limit + 1 };
    const found = await this.queries.newestFirst(actor, filterOf(search), options);
    const places = found.slice(0, limit);
    const entries = await this.narratorFor(actor).tellPlaces(places);
    const last = found.length > limit ? places.at(-1) : undefined;
    return { entries, next: last && BigInt(last.position) };
  }

  /**
   * Everything that matches and stood there at the beginning, oldest first, in batches.
   *
   * @throws as `page`; a refusal comes with the first batch.
   */
  async *all(actor: Actor, search: AuditSearch): AsyncIterable<readonly AuditEntry[]> {
    const [filter, narrator] = [filterOf(search), this.narratorFor(actor)];
    const upTo = await this.queries.end();
    let after = start;
    for (;;) {
      const options = { after, upTo, limit: batchSize };
      const places = await this.queries.oldestFirst(actor, filter, options);
      yield await narrator.tellPlaces(places);
      const last = places.at(-1);
      if (last === undefined || places.length < batchSize) return;
      after = BigInt(last.position);
    }
  }

  /** One for each walk along the log: it remembers where it is. */
  narratorFor(actor: Actor): Narrator {
    const seesPersonalData = may(actor, 'users:read') || may(actor, 'users:manage');
    return new Narrator(this.store, this.people, { seesPersonalData });
  }
}

const batchSize = 500;

function filterOf({ q, ...filter }: AuditSearch): AuditFilter {
  return q === undefined ? filter : { ...filter, words: wordsOf(q) };
}
