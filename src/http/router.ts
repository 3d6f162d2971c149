import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { codeOf } from '../platform/error-code.js';
import { type Authentication } from './authentication.js';
import { Problem } from './problem.js';
import { hasCurrent } from './request-headers.js';
import { readBody } from './request-body.js';
import { type AnyRoute, type Reply, type RequestOccasion } from './route.js';

/** Puts routes under their paths; what a path does not do is answered with what it does (405, `Allow`). */
export function createRouter(routes: readonly AnyRoute[], authentication: Authentication): Router {
  const router = Router({ caseSensitive: true });
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    router.all(path.replace(/\{(\w+)\}/g, ':$1'), handler(here, authentication));
  }
  return router;
}

function handler(routes: readonly AnyRoute[], authentication: Authentication): RequestHandler {
  const byMethod = new Map(routes.map((route) => [route.method.toUpperCase(), route]));
  const get = byMethod.get('GET');
  if (get) byMethod.set('HEAD', get);
  const allow = [...byMethod.keys(), 'OPTIONS'].join(', ');

  return async (request, response) => {
    const route = byMethod.get(request.method);
    if (route !== undefined) {
      await serve(route, request, response, authentication);
    } else if (request.method === 'OPTIONS') {
      response.writeHead(204, { Allow: allow }).end();
    } else {
      throw new Problem(405, `This is not something ${request.path} does`, {
        headers: { Allow: allow },
      });
    }
  };
}

async function serve(
  route: AnyRoute,
  request: Request,
  response: Response,
  authentication: Authentication,
): Promise<void> {
  const actor =
    route.access === 'user' ? await authentication.actorOf(request, response) : undefined;
  requireAcceptable(route, request);
  const body = await readBody(request, response, route);
  const occasion: RequestOccasion = {
    requestId: requestIdOf(response),
    address: request.ip ?? 'unknown',
    headers: request.headers,
    actor,
  };
  const { params } = request;
  const reply = await route.run({ params, query: queryOf(request), body }, occasion);
  if (reply.stream === undefined) send(request, response, reply);
  else await sendStream(request, response, reply, reply.stream);
}

/** The id that the request was given when it came in. */
export function requestIdOf(response: Response): string {
  return String(response.getHeader('X-Request-Id'));
}

function send(request: Request, response: Response, { status, body, headers = {} }: Reply): void {
  const etag = headers['ETag'];
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && etag !== undefined && hasCurrent(request.headers, etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response
    .writeHead(status, {
      ...headers,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text);
}

/** Errors on the way break the connection off, so that nobody takes a part for the whole. */
async function sendStream(
  request: Request,
  response: Response,
  { status, headers = {} }: Reply,
  { type, chunks }: NonNullable<Reply['stream']>,
): Promise<void> {
  response.writeHead(status, { ...headers, 'Content-Type': `${type}; charset=utf-8` });
  const text = Readable.from(request.method === 'HEAD' ? [] : chunks);
  try {
    await pipeline(text, response);
  } catch (error) {
    // The client has had enough.
    if (codeOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Each parameter as text; one that was given several times as a list, which only some routes accept. */
function queryOf({ url }: Request): Record<string, string | string[]> {
  const start = url.indexOf('?');
  if (start === -1) return {};
  const given = new URLSearchParams(url.slice(start));
  const query: [string, string | string[]][] = [...new Set(given.keys())].map((name) => {
    const [first, ...others] = given.getAll(name);
    return [name, others.length === 0 ? (first ?? '') : [first ?? '', ...others]];
  });
  return Object.fromEntries(query);
}

function requireAcceptable({ answers }: AnyRoute, request: Request): void {
  const { accept } = request.headers;
  if (accept === undefined || accept === '*/*') return;
  const types = Object.values(answers).flatMap((answer) => answer.types ?? []);
  const spoken = types.length === 0 ? ['application/json'] : types;
  if (request.accepts(spoken) === false)
    throw new Problem(406, `This speaks ${spoken.join(' and ')}`);
}
