import { type HttpAnswer } from '../../outbound/http-request.js';
import { parsedUrl } from '../../platform/parsed-url.js';
import { type Finding } from './finding.js';

/** One request on the way to the answer that counts. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Where an answer sends the check next, or why it is sent nowhere.
 *
 * @param trail The requests so far; the answer is that to the last one.
 * @returns `undefined` when the answer is no redirect.
 */
export function followRedirect(
  { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>,
  trail: readonly Hop[],
): Hop | Finding | undefined {
  const last = trail.at(-1);
  const { location } = headers;
  if (last === undefined || location === undefined || !redirects.has(status)) return undefined;

  const url = parsedUrl(location, last.url);
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.port === '0')
    return { code: 'bad_redirect', message: 'Redirected to an address that is none of the web' };
  url.hash = '';
  const method = methodAfter(status, last.method);
  if (trail.some((hop) => hop.url.href === url.href && hop.method === method))
    return { code: 'redirect_loop', message: 'Redirected in a circle' };
  if (trail.length > mostRedirects)
    return {
      code: 'too_many_redirects',
      message: `Redirected more than ${mostRedirects} times`,
    };
  return { url, method, headers: headersFor(url, last) };
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 5;

/** RFC 9110, 15.4: as browsers do. */
function methodAfter(status: number, method: string): string {
  const becomesGet = status === 303 ? method !== 'HEAD' : status <= 302 && method === 'POST';
  return becomesGet ? 'GET' : method;
}

/** Headers may hold credentials. They stay with the server they were meant for, and are not sent in the clear later. */
function headersFor(url: URL, { url: from, headers }: Hop): Hop['headers'] {
  const isUpgrade =
    from.hostname === url.hostname &&
    `${from.protocol}${from.port} ${url.protocol}${url.port}` === 'http: https:';
  if (url.origin === from.origin || isUpgrade) return headers;
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => harmless.has(name.toLowerCase())),
  );
}

const harmless: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'accept-language', 'user-agent', 'cache-control'],
]);
