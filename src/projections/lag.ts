import { type EventStore } from '../event-store/event-store.js';
import { type Position } from '../event-store/position.js';

/** How far somebody is behind the end of the log. */
export interface Lag {
  readonly events: number;
  /** Whether there are more than were counted. */
  readonly isAtLeast: boolean;
  /** Since the first event that is missing was recorded; 0 when none is. */
  readonly seconds: number;
}

/** What lies in the log after a position: it is counted by reading it, because positions say nothing of how many. */
export async function lagBehind(
  store: EventStore,
  position: Position,
  now: () => number = Date.now,
): Promise<Lag> {
  let events = 0;
  let firstAt: string | undefined;
  let isAtLeast = false;
  for await (const { entries, atEnd } of store.readAll({ after: position })) {
    events += entries.length;
    firstAt ??= entries[0]?.recordedAt;
    isAtLeast = !atEnd;
    if (events >= maxCounted) break;
  }
  const seconds = firstAt === undefined ? 0 : Math.max(0, now() - Date.parse(firstAt)) / 1000;
  return { events, isAtLeast, seconds };
}

const maxCounted = 5_000;
