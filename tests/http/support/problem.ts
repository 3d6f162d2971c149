import { expect } from '@jest/globals';
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';

/** What every error looks like, whoever made it. */
export const ProblemBody = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string().min(1),
  status: z.int().min(400).max(599),
  detail: z.string().min(1),
  instance: z.string().startsWith('/'),
  request_id: z.string().min(1),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string().min(1) })).optional(),
});

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Holds an answer to be a problem of this status through and through, and gives back what it says. */
export function expectProblem(
  answer: Answered,
  status: number,
  detail?: string,
): z.infer<typeof ProblemBody> {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status });
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const problem = ProblemBody.parse(JSON.parse(answer.text));
  expect(problem.status).toBe(status);
  expect(problem.title).toBe(STATUS_CODES[status]);
  expect(problem.request_id).toBe(answer.headers.get('x-request-id'));
  if (detail !== undefined) expect(problem.detail).toBe(detail);
  expectNothingInside(answer.text);
  return problem;
}

/** The fields that a 422 names. */
export function pathsOf({ errors = [] }: z.infer<typeof ProblemBody>): string[] {
  return errors.map(({ path }) => path);
}

const insides = [
  /\bat [\w.<>]+ \(/,
  /node_modules|\.[jt]s:\d+/,
  /\b(SELECT|INSERT|UPDATE|DELETE) .*\b(FROM|INTO|SET|WHERE)\b/,
  /slonik|zod|express|passport|jsonwebtoken|body-parser/i,
  /relation "|column "|secrets\.|read\.|log\.events/,
];

/** No stack, no SQL, no library. */
export function expectNothingInside(text: string): void {
  for (const inside of insides) expect(text).not.toMatch(inside);
}
