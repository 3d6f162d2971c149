import { type Answer, str } from '../support/test-app.js';

/** So many at the same time. */
export function together<T>(count: number, start: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => start(index)));
}

/** How often each status was answered, with the text of refusals. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const outcome = status < 400 ? String(status) : `${status} ${str(body['detail'])}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
