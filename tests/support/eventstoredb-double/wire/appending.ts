import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Expected } from '../log/check-append.js';
import { type Proposed } from '../log/records.js';
import { type ServedLog } from '../served-log.js';

/** The server's default, before 25.1. */
export const MAX_APPEND_BYTES = 1024 * 1024;

/** The server gives up on a write after this, whatever the client's patience. */
const WRITE_TIMEOUT_MS = 2000;

export type Reply =
  Answer | { readonly result: 'timed-out' } | { readonly result: 'refused'; readonly why: string };

export interface Append {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly Proposed[];
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

export function bytesOf(events: readonly Proposed[]): number {
  return events.reduce((sum, { type, data, metadata }) => {
    return sum + data.length + metadata.length + 2 * type.length;
  }, 0);
}

/**
 * Carries out an append, and answers; or does not, as the log's faults want it.
 *
 * @param reply Called once, or never, or twice.
 */
export async function carryOut(
  log: ServedLog,
  append: Append,
  reply: (reply: Reply) => void,
): Promise<void> {
  const { faults } = log;
  const why = faults.refusal();
  const patience = Math.min(append.deadline - Date.now(), WRITE_TIMEOUT_MS);
  if (why !== undefined || patience <= 0) {
    reply(why === undefined ? { result: 'timed-out' } : { result: 'refused', why });
    return;
  }
  const tears = faults.strikes('tornReplies');
  const isLost = !tears && faults.strikes('lostReplies');
  const isDoubled = !tears && !isLost && faults.strikes('doubledReplies');
  const answer = inTurn(log, () =>
    log.events.append(append.stream, append.expected, append.events),
  );
  if (tears || isLost) {
    await answer;
    if (tears) log.cut();
    return;
  }
  const late = sleep(patience, { result: 'timed-out' } as const, { ref: false });
  // What becomes of a write that was too slow, the client does not learn: here it is carried out yet.
  const outcome = await Promise.race([answer, late]);
  reply(outcome);
  if (isDoubled) reply(outcome);
}

/** Slow or not, appends are carried out in the order in which they came. */
function inTurn<T>(log: ServedLog, action: () => T): Promise<T> {
  const late = log.faults.slowMs > 0 ? sleep(log.faults.slowMs) : undefined;
  const turn = Promise.all([log.lastAppend, late]).then(action);
  log.lastAppend = turn.catch(() => undefined);
  return turn;
}
