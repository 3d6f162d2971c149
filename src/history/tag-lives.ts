import { type EventStore } from '../event-store/event-store.js';
import { tagStream } from '../event-store/stream-id.js';
import { type TagRow, tags } from '../projections/tags.js';
import { type Moment } from './moment.js';
import { rowAfter } from './row-at.js';

/** What a tag was at a moment, as a service shows it. */
export interface TagThen {
  readonly id: string;
  readonly name: string;
  readonly color: string;
}

/** The whole lives of some tags: what each was called, and when. */
export class TagLives {
  private constructor(private readonly lives: ReadonlyMap<string, readonly Phase[]>) {}

  static async of(store: EventStore, ids: readonly string[]): Promise<TagLives> {
    const read = [...new Set(ids)].map(async (id): Promise<[string, Phase[]]> => {
      const phases: Phase[] = [];
      for await (const entry of store.readStream(tagStream(id))) {
        if (!entry.readable) continue;
        const row = rowAfter(tags, phases.at(-1)?.row, entry);
        phases.push({ since: entry.recordedAt, row });
      }
      return [id, phases];
    });
    return new TagLives(new Map(await Promise.all(read)));
  }

  /** Those that were there at the moment, by name. */
  at(moment: Moment, ids: readonly string[]): TagThen[] {
    return ids
      .flatMap((id): TagThen[] => {
        const row = this.lives.get(id)?.findLast(({ since }) => since <= moment)?.row;
        return row === undefined ? [] : [{ id, name: row.name, color: row.color }];
      })
      .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  }
}

interface Phase {
  readonly since: Moment;
  readonly row: TagRow | undefined;
}
