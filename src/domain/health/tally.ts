import { type Schedule } from '../services/schedule.js';
import { type Check } from './outcome.js';

/** Checks in a row that have something in common. */
export interface Run {
  readonly checks: number;
  /** When the first of them was started; null when there is none. */
  readonly since: string | null;
}

/**
 * What the last checks add up to. It is kept beside the schedule, not in the log: ten thousand services would fill it
 * with what nobody asks for.
 */
export interface Tally {
  readonly up: Run;
  /** Up or slow: there was an answer. */
  readonly answered: Run;
  /** Slow or down: there was no answer in time. */
  readonly late: Run;
  readonly down: Run;
  /** The last check that could tell anything. */
  readonly lastTold: string | null;
}

const none: Run = { checks: 0, since: null };

export const emptyTally: Tally = {
  up: none,
  answered: none,
  late: none,
  down: none,
  lastTold: null,
};

/** Counts a check. What could not be checked counts for nothing, and what was counted before a silence is void. */
export function counted(tally: Tally, check: Check, schedule: Schedule): Tally {
  const { outcome, checkedAt } = check;
  if (outcome === 'unknown') return tally;
  const before = isSilent(tally, checkedAt, schedule) ? emptyTally : tally;
  const going = (run: Run, isOne: boolean): Run =>
    isOne ? { checks: run.checks + 1, since: run.since ?? checkedAt } : none;
  return {
    up: going(before.up, outcome === 'up'),
    answered: going(before.answered, outcome !== 'down'),
    late: going(before.late, outcome !== 'up'),
    down: going(before.down, outcome === 'down'),
    lastTold: checkedAt,
  };
}

/** Whether nothing was heard of a service for so long that nobody can say how it is. */
export function isSilent({ lastTold }: Tally, now: string, schedule: Schedule): boolean {
  return lastTold !== null && Date.parse(now) - Date.parse(lastTold) > silenceMs(schedule);
}

/** Three intervals, and a minute at least: a monitor that is restarted makes nobody doubt. */
export function silenceMs({ intervalSeconds, timeoutMs }: Schedule): number {
  return Math.max(3 * intervalSeconds * 1000 + timeoutMs, 60_000);
}
