import TestSequencer from '@jest/test-sequencer';

/**
 * Starts the files that take longest first, so that none of them is left over at the end with one worker busy. Without
 * memories of an earlier run, as on a fresh clone, jest goes by the size of files, and these are small.
 */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const found = longest.findIndex((part) => path.includes(part));
      return found === -1 ? longest.length : found;
    };
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
}

const longest = [
  'tests/event-store/eventstoredb-event-store',
  'tests/platform/embedded-postgres/',
  'tests/event-store/eventstoredb-failing',
  'tests/composition/events-in-eventstoredb',
  'tests/faults/',
  'tests/event-store/postgres-event-store',
  'tests/cli/',
  'tests/access/permission-matrix',
  'tests/tour/',
];
