import { STATUS_CODES } from 'node:http';
import { excerptOf } from '../outbound/body-excerpt.js';
import { type WholeAnswer } from '../outbound/http-request.js';
import { type Attempt, failed } from './attempt.js';

/** Of an answer, what is judged. */
export type HttpAnswer = Pick<WholeAnswer, 'status' | 'headers' | 'body'>;

/** What a receiver's answer means for the delivery. */
export function judge({ status, headers, body }: HttpAnswer, now: Date): Attempt {
  const excerpt = body.length === 0 ? null : excerptOf(body, headers['content-type']);
  const told = { statusCode: status, excerpt };
  const code = `status_${status}`;
  const name = [status, STATUS_CODES[status]].filter((part) => part !== undefined).join(' ');
  if (status >= 200 && status < 300)
    return { ok: true, code, message: `The receiver answered ${name}`, ...told };
  const retryAfterMs = retryAfter(headers['retry-after'], now);
  if (status >= 300 && status < 400)
    return failed(
      'redirect',
      `The receiver answered ${name}; redirects are not followed: use the address it leads to`,
      { ...told, isLasting: true },
    );
  return failed(code, `The receiver answered ${name}`, {
    ...told,
    retryAfterMs,
    isGone: status === 410,
    isLasting: status >= 400 && status < 500 && !passing.has(status),
  });
}

/** Request Timeout, Too Early and Too Many Requests: the same request may well be taken later. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

/** Seconds or a date (RFC 9110, 10.2.3), in ms from now; what makes no sense is passed over. */
function retryAfter(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /[a-z]/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now.getTime());
}
