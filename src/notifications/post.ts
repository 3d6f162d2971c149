import { request } from 'undici';
import { type Attempt } from './attempt.js';
import { type HttpAnswer } from './http-answer.js';
import { type PostRequest } from './http-sender.js';

/** One POST request, and the beginning of its answer. */
export async function post({
  url,
  headers,
  body,
  maxBytes,
  signal,
}: PostRequest): Promise<HttpAnswer> {
  const answer = await request(url, { method: 'POST', headers, body, signal });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    size += chunk.length;
    if (size >= maxBytes) break;
  }
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: Buffer.concat(chunks).subarray(0, maxBytes),
  };
}

/** Why there was no answer, in words for the owner of the webhook. */
export function failureOf(error: unknown): Pick<Attempt, 'code' | 'message'> {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return causes[code] ?? { code: 'request_failed', message: 'The request failed' };
}

const causes: Readonly<Record<string, Pick<Attempt, 'code' | 'message'>>> = {
  ECONNREFUSED: { code: 'connect_refused', message: 'Nothing listens there' },
  ECONNRESET: { code: 'connection_reset', message: 'The receiver broke the connection off' },
  ENOTFOUND: { code: 'dns_nxdomain', message: 'The name does not exist' },
  UND_ERR_SOCKET: { code: 'connection_closed', message: 'The receiver closed the connection' },
};
