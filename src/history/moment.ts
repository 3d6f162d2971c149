import { type EventStore } from '../event-store/event-store.js';

/**
 * A moment in the past: UTC, ISO 8601 with milliseconds, as events are recorded. What was recorded in that very
 * millisecond has happened by then.
 */
export type Moment = string;

/** The moment is before everything: nothing can be told of it. */
export class BeforeTheBeginning extends Error {
  override readonly name = 'BeforeTheBeginning';

  /** @param beginsAt When the first event was recorded; `undefined` while there is none. */
  constructor(readonly beginsAt: string | undefined) {
    super(beginsAt === undefined ? 'Nothing has happened yet' : `The log begins at ${beginsAt}`);
  }
}

/** Knows when the log begins. */
export class Beginning {
  private known: string | undefined;

  constructor(private readonly store: EventStore) {}

  /** @throws BeforeTheBeginning */
  async require(moment: Moment): Promise<void> {
    this.known ??= await this.find();
    if (this.known === undefined || moment < this.known) throw new BeforeTheBeginning(this.known);
  }

  private async find(): Promise<string | undefined> {
    for await (const { entries } of this.store.readAll()) {
      const [first] = entries;
      if (first !== undefined) return first.recordedAt;
    }
    return undefined;
  }
}
