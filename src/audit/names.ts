import { type EventStore, type LogEntry } from '../event-store/event-store.js';
import { type Position, start } from '../event-store/position.js';
import { type StreamId } from '../event-store/stream-id.js';

/** What people are called now; those who are missing from the answer were forgotten. */
export interface People {
  namesOf(ids: readonly string[]): Promise<readonly PersonName[]>;
}

export interface PersonName {
  readonly id: string;
  readonly email: string;
  readonly fullName: string | null;
}

/** What things were called at some moment, from their streams; each stream is read once, and on when it has grown. */
export class ThingNames {
  private readonly known = new Map<string, Known>();

  constructor(private readonly store: Pick<EventStore, 'readStream'>) {}

  /** Learns what is needed for `nameAt` up to these positions. */
  async learn(
    wanted: readonly { readonly stream: string; readonly at: Position }[],
  ): Promise<void> {
    const latest = new Map<string, Position>();
    for (const { stream, at } of wanted)
      if (at > (latest.get(stream) ?? start)) latest.set(stream, at);
    if (this.known.size + latest.size > maxKnown) this.known.clear();
    await Promise.all([...latest].map(([stream, at]) => this.readOn(stream, at)));
  }

  /** The name it bore when the position was written; `undefined` when it had none. */
  nameAt(stream: string, position: Position): string | undefined {
    const names = this.known.get(stream)?.names ?? [];
    return names.findLast(({ since }) => since <= position)?.name;
  }

  private async readOn(stream: string, at: Position): Promise<void> {
    const known = this.known.get(stream) ?? { names: [], next: 0, upTo: start };
    this.known.set(stream, known);
    if (known.upTo >= at || !isOfThing(stream)) return;
    for await (const entry of this.store.readStream(stream, { from: known.next })) {
      known.next = entry.revision + 1;
      const name = nameIn(entry);
      if (name !== undefined) known.names.push({ since: entry.position, name });
    }
    known.upTo = at;
  }
}

interface Known {
  readonly names: { readonly since: Position; readonly name: string }[];
  next: number;
  upTo: Position;
}

const maxKnown = 20_000;

function isOfThing(stream: string): stream is StreamId {
  return /^(service|tag)-./.test(stream);
}

function nameIn(entry: LogEntry): string | undefined {
  if (!entry.readable) return undefined;
  switch (entry.event.type) {
    case 'ServiceRegistered':
    case 'ServiceRenamed':
    case 'TagCreated':
    case 'TagRenamed':
      return entry.event.data.name;
    default:
      return undefined;
  }
}
