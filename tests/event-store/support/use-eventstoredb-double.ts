import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { type EventStoreDbEventStore } from '../../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import {
  type DoubleLog,
  type DoubleLogOptions,
  EventStoreDbDouble,
} from '../../support/eventstoredb-double/eventstoredb-double.js';
import { EventStoreDbLog } from './eventstoredb.js';

export interface DoubleSubject {
  readonly double: EventStoreDbDouble;
  readonly log: DoubleLog;
  readonly store: EventStoreDbEventStore;
  /** One more, as another process has it. */
  open(): EventStoreDbEventStore;
}

/** A double for all tests of a file. */
export function useDouble(): () => EventStoreDbDouble {
  let double: EventStoreDbDouble | undefined;
  beforeAll(async () => {
    double = await EventStoreDbDouble.start();
  });
  afterAll(() => double?.stop());
  return () => ready(double);
}

/** For each test a log of its own at the double, and a store on it. */
export function useDoubleLog(
  double: () => EventStoreDbDouble,
  options: DoubleLogOptions = {},
): DoubleSubject {
  let opened:
    { log: DoubleLog; stores: EventStoreDbLog; store: EventStoreDbEventStore } | undefined;
  beforeEach(async () => {
    const log = await double().openLog(options);
    const stores = new EventStoreDbLog(log.url);
    opened = { log, stores, store: stores.open() };
  });
  afterEach(async () => {
    await opened?.stores.close();
    await opened?.log.close();
  });

  return {
    get double() {
      return double();
    },
    get log() {
      return ready(opened).log;
    },
    get store() {
      return ready(opened).store;
    },
    open: () => ready(opened).stores.open(),
  };
}

/**
 * For `it.concurrent`: a test with a log of its own, and a store on it. Tests that wait for most of their time wait side
 * by side; those that keep the double or this process busy do not belong there.
 */
export function onDoubleLog(
  double: () => EventStoreDbDouble,
  options: DoubleLogOptions,
  test: (subject: DoubleSubject) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const log = await double().openLog(options);
    const stores = new EventStoreDbLog(log.url);
    try {
      await test({
        double: double(),
        log,
        store: stores.open(),
        open: () => stores.open(),
      });
    } finally {
      await stores.close();
      await log.close();
    }
  };
}

function ready<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The double is there during the tests, not earlier');
  return value;
}
