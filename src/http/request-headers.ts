import { type IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { Problem } from './problem.js';

/** The revision in `If-Match`; `undefined` when there is none, or any will do. @throws Problem 400 */
export function ifMatch(headers: IncomingHttpHeaders): number | undefined {
  const value = headers['if-match']?.trim();
  if (value === undefined || value === '*') return undefined;
  const revision = /^"(?<revision>[0-9]{1,15})"$/.exec(value)?.groups?.['revision'];
  if (revision !== undefined) return Number(revision);
  // A well-formed tag that is none of ours matches no revision; a weak one never matches (RFC 9110, 13.1.1).
  if (/^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(value)) return -2;
  throw badHeader('If-Match', 'one ETag, as GET gave it');
}

/** Whether the client has what it asks for already. */
export function hasCurrent(headers: IncomingHttpHeaders, etag: string): boolean {
  const value = headers['if-none-match'];
  if (value === undefined) return false;
  return (
    value.trim() === '*' ||
    value.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag)
  );
}

/** @throws Problem 400 */
export function idempotencyKey(headers: IncomingHttpHeaders): string | undefined {
  const value = one(headers['idempotency-key']);
  if (value === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(value))
    throw badHeader('Idempotency-Key', '1 to 255 visible ASCII characters');
  return value;
}

/** Preferences this API knows; others may be ignored (RFC 7240). */
export function prefersAsync(headers: IncomingHttpHeaders): boolean {
  return (one(headers['prefer']) ?? '')
    .split(',')
    .some((preference) => /^\s*respond-async\s*(;.*)?$/i.test(preference));
}

/** @throws Problem 400 */
export function minPosition(headers: IncomingHttpHeaders): bigint | undefined {
  const value = one(headers['watchbook-min-position']);
  if (value === undefined) return undefined;
  if (!/^(0|[1-9][0-9]{0,17})$/.test(value))
    throw badHeader('Watchbook-Min-Position', 'what Watchbook-Position said');
  return BigInt(value);
}

/** The client's own id for a request, when it is a sane one. */
export function requestId(headers: IncomingHttpHeaders): string | undefined {
  const parsed = RequestId.safeParse(headers['x-request-id']);
  return parsed.success ? parsed.data : undefined;
}

const RequestId = z.string().regex(/^[\w.:-]{1,128}$/);

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function badHeader(name: string, form: string): Problem {
  return new Problem(400, 'Invalid input', {
    errors: [{ path: name, message: `Must be ${form}` }],
  });
}
