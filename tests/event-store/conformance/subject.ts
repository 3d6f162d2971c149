import { afterAll, beforeAll } from '@jest/globals';
import { type EventStore } from '../../../src/event-store/event-store.js';

/** Two stores on one log, as two processes have them. */
export interface OpenedEventStore {
  readonly store: EventStore;
  openAnother(): Promise<EventStore>;
  /** Closes every store it opened, and the log behind them. */
  close(): Promise<void>;
}

export type OpenEventStore = () => Promise<OpenedEventStore>;

/** What the suite examines; opened once for all of its tests. */
export interface Subject {
  readonly store: EventStore;
  /** A second store on the same log. */
  readonly another: EventStore;
  openAnother(): Promise<EventStore>;
}

export function useSubject(open: OpenEventStore): Subject {
  let opened: OpenedEventStore | undefined;
  let another: EventStore | undefined;
  beforeAll(async () => {
    opened = await open();
    another = await opened.openAnother();
  });
  afterAll(() => opened?.close());

  const ready = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The store is opened before the tests, not earlier');
    return value;
  };
  return {
    get store() {
      return ready(opened).store;
    },
    get another() {
      return ready(another);
    },
    openAnother: () => ready(opened).openAnother(),
  };
}
