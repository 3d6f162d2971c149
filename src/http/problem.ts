import { STATUS_CODES } from 'node:http';
import { type FieldProblem } from '../domain/domain-error.js';

/** An answer that says what is wrong: `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';

  /** @param detail For people; never holds SQL, a stack, or a library's text. */
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly extra: {
      readonly errors?: readonly FieldProblem[];
      readonly headers?: Readonly<Record<string, string>>;
      /** More about what is wrong, beside the members every problem has (RFC 9457, 3.2). */
      readonly members?: object;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: extra.cause });
  }

  body(instance: string, requestId: string): object {
    const { status, detail } = this;
    const { errors, members } = this.extra;
    return {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail,
      instance,
      request_id: requestId,
      ...(errors && { errors }),
      ...members,
    };
  }
}

export const invalidInput = (): Problem => new Problem(400, 'Invalid input');

export const invalidFields = (errors: readonly FieldProblem[]): Problem =>
  new Problem(422, 'Some fields are not valid', { errors });

export const unauthenticated = (detail: string): Problem =>
  new Problem(401, detail, { headers: { 'WWW-Authenticate': 'Bearer' } });

export const unavailable = (cause?: unknown): Problem =>
  new Problem(503, 'Watchbook cannot answer at the moment: try again shortly', {
    headers: { 'Retry-After': '1' },
    cause,
  });
