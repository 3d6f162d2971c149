import { type DomainEvent, type EventOfType, type EventType } from '../../domain/events.js';
import { role } from '../../domain/roles/role.js';
import { service } from '../../domain/services/service.js';
import { tag } from '../../domain/tags/tag.js';
import { user } from '../../domain/users/user.js';
import { webhook } from '../../domain/webhooks/webhook.js';
import { isEventType } from '../../event-store/catalogue/catalogue.js';
import { type LogEntry } from '../../event-store/event-store.js';
import { type EventMetadata } from '../../event-store/metadata.js';
import { healthSentences } from './health.js';
import { projectionSentences } from './projections.js';
import { roleSentences } from './roles.js';
import { serviceSentences } from './services.js';
import { tagSentences } from './tags.js';
import { plainly, type Sentences, type Telling } from './telling.js';
import { userSentences } from './users.js';
import { webhookSentences } from './webhooks.js';
import { writeSideSentences } from './write-side.js';

/**
 * One stream, told from its beginning: what an event says depends on what was before it. Entries come in the order of
 * their revisions, none left out, where `dependsOnPast` says so.
 */
export class Story {
  /** The revision it goes on with. */
  next = 0;
  private readonly chapters = [
    chapter(serviceSentences, service.initial, (state, event) => service.evolve(state, event)),
    chapter(healthSentences, undefined, () => undefined),
    chapter(tagSentences, tag.initial, (state, event) => tag.evolve(state, event)),
    chapter(userSentences, user.initial, (state, event) => user.evolve(state, event)),
    chapter(roleSentences, role.initial, (state, event) => role.evolve(state, event)),
    chapter(writeSideSentences, undefined, () => undefined),
    chapter(projectionSentences, undefined, () => undefined),
    chapter(webhookSentences, webhook.initial, (state, event) => webhook.evolve(state, event)),
  ];

  tell(entry: LogEntry): Telling {
    this.next = entry.revision + 1;
    if (!entry.readable) {
      const { type, version, reason } = entry;
      return plainly([
        `wrote something that cannot be read: ${type}, version ${version} (${reason})`,
      ]);
    }
    for (const tell of this.chapters) {
      const told = tell(entry.event, entry.metadata);
      if (told !== undefined) return told;
    }
    throw new Error(`Unreachable: ${entry.event.type} has a sentence`);
  }
}

/** Whether what events of a stream say depends on those before them. */
export function dependsOnPast(stream: string): boolean {
  return /^(service(?!-health)|tag|user|role|webhook)-/.test(stream);
}

/** Every type of event has a sentence: the compiler sees to it here. */
const allSentences: Readonly<Record<EventType, unknown>> = {
  ...serviceSentences,
  ...healthSentences,
  ...tagSentences,
  ...userSentences,
  ...roleSentences,
  ...writeSideSentences,
  ...projectionSentences,
  ...webhookSentences,
};

/** The types of events that can be told, and so be searched for. */
export const toldTypes = Object.keys(allSentences).filter(isEventType);

/** As `EventOfType`, in a form in which the compiler follows from the type to its data. */
interface OfType<Type extends EventType> {
  readonly type: Type;
  readonly data: EventOfType<Type>['data'];
}

type Chapter = (event: DomainEvent, metadata: EventMetadata) => Telling | undefined;

/** Events that are about something else have nothing to say here. */
function chapter<Type extends EventType, State>(
  sentences: Sentences<Type, State>,
  initial: State,
  evolve: (state: State, event: EventOfType<Type>) => State,
): Chapter {
  let state = initial;
  const isOurs = (event: DomainEvent): event is EventOfType<Type> & OfType<Type> =>
    Object.hasOwn(sentences, event.type);
  return (event, metadata) => {
    if (!isOurs(event)) return undefined;
    const before = state;
    state = evolve(state, event);
    return say(sentences, event, before, metadata);
  };
}

function say<Type extends EventType, State>(
  sentences: Sentences<Type, State>,
  event: OfType<Type>,
  before: State,
  metadata: EventMetadata,
): Telling {
  return sentences[event.type](event.data, before, metadata);
}
