import { describe } from '@jest/globals';
import { appendingEvents } from './appending.js';
import { followingTheLog } from './following.js';
import { followingWriters } from './following-writers.js';
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
    // Before what makes the log long: some of it reads from the start.
    followingTheLog(subject);
    readingTheLog(subject);
    racingWriters(subject);
    followingWriters(subject);
  });
}

/** The part of it that another way to append has to do with: for a store that reads both in one way. */
export function appendingConformance(name: string, open: OpenEventStore): void {
  describe(`${name}, as every event store that appends`, () => {
    const subject = useSubject(open);
    appendingEvents(subject);
    refusingEvents(subject);
    keepingEvents(subject);
    repeatingAppends(subject);
    racingWriters(subject);
  });
}
