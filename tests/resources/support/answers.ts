import { expect } from '@jest/globals';
import { z } from 'zod';
import { type Answer } from '../../support/test-app.js';

/** What is in an answer, which must be exactly what the view says. */
export function read<T>(answer: Answer, status: number, view: z.ZodType<T>): T {
  expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
  expect(answer.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
  return view.parse(answer.body);
}

/** A page of a list, item by item exactly what the view says. */
export function readPage<T>(answer: Answer, view: z.ZodType<T>): { data: T[]; count: number } {
  return read(answer, 200, z.strictObject({ data: z.array(view), count: z.int() }));
}

export const Message = z.strictObject({ message: z.string() });

const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().startsWith('/api/v1/'),
  request_id: z.string().min(1),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string().min(1) })).optional(),
});

/** A refusal with its text. */
export function expectProblem(answer: Answer, status: number, detail: string): void {
  expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
  expect(answer.headers.get('Content-Type')).toContain('application/problem+json');
  const problem = Problem.parse(answer.body);
  expect(problem).toMatchObject({ status, detail });
  expect(problem.request_id).toBe(answer.headers.get('X-Request-Id'));
}

/** A refusal of fields, naming each of them and no other. */
export function expectInvalid(answer: Answer, ...paths: string[]): void {
  expect([answer.status, answer.text]).toEqual([422, expect.any(String)]);
  const { errors = [] } = Problem.parse(answer.body);
  expect([...new Set(errors.map(({ path }) => path))].sort()).toEqual([...paths].sort());
}

/** Every command tells where it stands in its stream and in the log. */
export function expectCommandHeaders(answer: Answer, revision: number): void {
  expect(answer.headers.get('ETag')).toBe(`"${revision}"`);
  expect(answer.headers.get('Watchbook-Position')).toMatch(/^[1-9][0-9]*$/);
}
