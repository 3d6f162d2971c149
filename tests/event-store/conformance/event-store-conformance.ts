import { describe } from '@jest/globals';
import { appendingEvents } from './appending.js';
import { followingTheLog } from './following.js';
import { keepingEvents } from './keeping.js';
import { racingWriters } from './racing.js';
import { readingStreams } from './reading-streams.js';
import { readingTheLog } from './reading-the-log.js';
import { refusingEvents } from './refusing.js';
import { repeatingAppends } from './repeating.js';
import { type OpenEventStore, useSubject } from './subject.js';

/**
 * What every event store must do, whatever keeps its events. The log need not be empty, and others
 * may write to it meanwhile: each test looks at streams of its own only.
 */
export function eventStoreConformance(name: string, open: OpenEventStore): void {
  describe(`${name}, as every event store`, () => {
    const subject = useSubject(open);
    appendingEvents(subject);
    refusingEvents(subject);
    keepingEvents(subject);
    repeatingAppends(subject);
    readingStreams(subject);
    readingTheLog(subject);
    followingTheLog(subject);
    racingWriters(subject);
  });
}
