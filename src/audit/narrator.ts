import { type EventStore, type LogEntry } from '../event-store/event-store.js';
import { type StreamId } from '../event-store/stream-id.js';
import { type AuditPlace } from '../queries/audit/audit-queries.js';
import { type AuditEntry } from './audit-entry.js';
import { type People, type PersonName, ThingNames } from './names.js';
import { dependsOnPast, Story } from './sentences/story.js';
import { type Telling } from './sentences/telling.js';
import { actorOf, changesOf, type Dictionary, peopleIn, sentenceOf, thingsIn } from './wording.js';

/** For whom the log is told. */
export interface Listener {
  /** Whether they may know e-mail addresses and the like. */
  readonly seesPersonalData: boolean;
}

/**
 * Tells entries of the log as sentences. What an event says depends on what was before it, so each stream is read from
 * its beginning, once; a narrator that goes along the log remembers where it is, and reads only what is new to it.
 */
export class Narrator {
  private readonly stories = new Map<string, Story>();
  private readonly things: ThingNames;

  constructor(
    private readonly store: Pick<EventStore, 'readStream'>,
    private readonly people: People,
    private readonly listener: Listener,
  ) {
    this.things = new ThingNames(store);
  }

  /** Entries known by their places only, in any order; those of one stream are read together. */
  async tellPlaces(places: readonly AuditPlace[]): Promise<AuditEntry[]> {
    const told = await this.tellAll(places);
    const found = new Map(told.map((one) => [keyOf(one.entry), one]));
    const dictionary = await this.dictionaryOf(told);
    return places.map((place) => {
      const one = found.get(keyOf(place));
      // The log is the truth, and this would not be in it any more: somebody must have tampered with one of them.
      return one === undefined ? lost(place) : inWords(one, dictionary);
    });
  }

  /** Entries that were read already, in the order of the log. */
  async tellEntries(entries: readonly LogEntry[]): Promise<AuditEntry[]> {
    const told = await this.tellAll(entries, entries);
    const found = new Map(told.map((one) => [keyOf(one.entry), one]));
    const dictionary = await this.dictionaryOf(told);
    return entries.flatMap((entry) => {
      const one = found.get(keyOf(entry));
      return one === undefined ? [] : [inWords(one, dictionary)];
    });
  }

  private async tellAll(
    places: readonly Place[],
    entries: readonly LogEntry[] = [],
  ): Promise<Told[]> {
    if (this.stories.size > maxStories) this.stories.clear();
    const read = byStream(entries);
    const told = await Promise.all(
      [...byStream(places)].map(([stream, wanted]) => {
        const revisions = wanted.map(({ revision }) => revision).sort((a, b) => a - b);
        return dependsOnPast(stream)
          ? this.tellFromBeginning(stream, revisions, read.get(stream) ?? [])
          : this.tellRuns(stream, revisions, read.get(stream) ?? []);
      }),
    );
    return told.flat();
  }

  private async tellFromBeginning(
    stream: string,
    revisions: readonly number[],
    entries: readonly LogEntry[],
  ): Promise<Told[]> {
    const [first = 0, last = 0] = [revisions[0], revisions.at(-1)];
    const known = this.stories.get(stream);
    const story = known !== undefined && known.next <= first ? known : new Story();
    this.stories.set(stream, story);
    const wanted = new Set(revisions);
    const told: Told[] = [];
    const isWhole = entries[0]?.revision === story.next && entries.length === last - story.next + 1;
    const range = { from: story.next, limit: last - story.next + 1 };
    for await (const entry of isWhole ? entries : this.read(stream, range)) {
      const telling = story.tell(entry);
      if (wanted.has(entry.revision)) told.push({ entry, telling });
    }
    return told;
  }

  /** Where each event speaks for itself: neighbours are read together, what lies between far ones is not read. */
  private async tellRuns(
    stream: string,
    revisions: readonly number[],
    entries: readonly LogEntry[],
  ): Promise<Told[]> {
    const story = new Story();
    if (entries.length > 0) return entries.map((entry) => ({ entry, telling: story.tell(entry) }));
    const wanted = new Set(revisions);
    const told: Told[] = [];
    for (const { from, to } of runsOf(revisions))
      for await (const entry of this.read(stream, { from, limit: to - from + 1 }))
        if (wanted.has(entry.revision)) told.push({ entry, telling: story.tell(entry) });
    return told;
  }

  private read(
    stream: string,
    range: { readonly from: number; readonly limit: number },
  ): AsyncIterable<LogEntry> | readonly LogEntry[] {
    return isStreamId(stream) ? this.store.readStream(stream, range) : [];
  }

  private async dictionaryOf(told: readonly Told[]): Promise<Dictionary> {
    const ids = told.flatMap(({ entry, telling }) => {
      const { actor } = entry.readable ? entry.metadata : { actor: undefined };
      return [...peopleIn(telling), ...(actor?.kind === 'user' ? [actor.id] : [])];
    });
    const needed = told.flatMap(({ entry, telling }) =>
      thingsIn(telling).map((stream) => ({ stream, at: entry.position })),
    );
    const [names] = await Promise.all([this.namesOf(ids), this.things.learn(needed)]);
    return {
      people: new Map(names.map((name) => [name.id, name])),
      nameAt: (stream, position) => this.things.nameAt(stream, position),
      seesPersonalData: this.listener.seesPersonalData,
    };
  }

  private namesOf(ids: readonly string[]): Promise<readonly PersonName[]> {
    return this.people.namesOf([...new Set(ids)].filter((id) => uuid.test(id)));
  }
}

interface Place {
  readonly stream: string;
  readonly revision: number;
}

interface Told {
  readonly entry: LogEntry;
  readonly telling: Telling;
}

const maxStories = 20_000;
/** Reading so many that nobody asked for costs less than another round trip. */
const maxGap = 50;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function keyOf({ stream, revision }: Place): string {
  return `${revision}@${stream}`;
}

function byStream<T extends Place>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(one.stream);
    if (group === undefined) groups.set(one.stream, [one]);
    else group.push(one);
  }
  return groups;
}

function isStreamId(stream: string): stream is StreamId {
  return /^[a-z]+-./.test(stream);
}

function runsOf(revisions: readonly number[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const revision of revisions) {
    const run = runs.at(-1);
    if (run !== undefined && revision - run.to <= maxGap) run.to = revision;
    else runs.push({ from: revision, to: revision });
  }
  return runs;
}

function inWords({ entry, telling }: Told, dictionary: Dictionary): AuditEntry {
  const { id, stream, revision, position, recordedAt } = entry;
  const place = {
    position: position.toString(),
    event_id: id,
    recorded_at: recordedAt,
    stream,
    revision,
  };
  const { actor } = entry.readable ? entry.metadata : { actor: undefined };
  const story = {
    sentence: sentenceOf(telling, entry, actor, dictionary),
    changes: changesOf(telling.changes, dictionary),
  };
  if (!entry.readable)
    return { ...place, type: entry.type, outcome: 'accepted', ...story, ...nothingKnown };
  const { event, metadata } = entry;
  const isRefusal = event.type === 'CommandRefused';
  return {
    ...place,
    type: event.type,
    outcome: isRefusal ? 'refused' : 'accepted',
    ...story,
    actor: actorOf(metadata.actor, dictionary),
    command: metadata.command,
    command_id: metadata.commandId,
    reason: isRefusal ? event.data.reason : null,
    allowed_by: metadata.allowedBy,
    correlation_id: metadata.correlationId,
    causation_id: metadata.causationId,
    request_id: metadata.requestId,
  };
}

function lost(place: AuditPlace): AuditEntry {
  const sentence = 'The log does not hold this event: `watchbook audit verify` may tell more';
  return { ...place, sentence, changes: [], ...nothingKnown };
}

const nothingKnown = {
  actor: null,
  command: null,
  command_id: null,
  reason: null,
  allowed_by: null,
  correlation_id: null,
  causation_id: null,
  request_id: null,
};
