import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { type Logger } from '../platform/logger.js';
import { type Authentication } from './authentication.js';
import { documentation } from './documentation.js';
import { type Health, healthRoutes } from './health.js';
import { Problem } from './problem.js';
import { requestId } from './request-headers.js';
import { type AnyRoute } from './route.js';
import { createRouter, requestIdOf } from './router.js';
import { translateError } from './translate-error.js';

export interface AppOptions {
  readonly routes: readonly AnyRoute[];
  readonly authentication: Authentication;
  readonly health: Health;
  readonly log: Logger;
  readonly trustedProxies: number;
}

/** The whole HTTP side: one place where requests come in, and one where errors go out. */
export function createApp({
  routes,
  authentication,
  health,
  log,
  trustedProxies,
}: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.set('case sensitive routing', true);
  app.set('trust proxy', trustedProxies);

  app.use(identify(log));
  app.use(healthRoutes(health));
  app.use(documentation(routes));
  app.use('/api/v1', createRouter(routes, authentication));
  app.use(() => {
    throw new Problem(404, 'There is nothing at this address');
  });
  app.use(answerErrors(log));
  return app;
}

/** Gives every request an id that finds its log line, and writes that line when it is answered. */
function identify(log: Logger): RequestHandler {
  return (request, response, next) => {
    const id = requestId(request.headers) ?? randomUUID();
    response.setHeader('X-Request-Id', id);
    response.setHeader('Cache-Control', 'private, no-cache');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (log.isLevelEnabled('info')) {
      const began = performance.now();
      const { method, originalUrl } = request;
      response.on('close', () => {
        const line = { request_id: id, method, url: originalUrl, status: response.statusCode };
        const ms = Math.round(performance.now() - began);
        // Reading is everyday business; changes and refusals are what one looks for later.
        const level = response.statusCode < 400 && method === 'GET' ? 'debug' : 'info';
        log[level]({ ...line, ms }, 'request');
      });
    }
    next();
  };
}

function answerErrors(log: Logger): ErrorRequestHandler {
  // Express tells error handlers from others by their fourth parameter.
  return (error: unknown, request, response, _next) => {
    if (response.headersSent) {
      log.error({ request_id: requestIdOf(response), err: error }, 'An answer broke off');
      response.destroy();
      return;
    }
    const problem = isBadAddress(error) ? new Problem(400, 'Invalid input') : translateError(error);
    const id = requestIdOf(response);
    if (problem.status >= 500)
      log.error({ request_id: id, err: problem.extra.cause ?? problem }, 'A request failed');
    const [instance = '/'] = request.originalUrl.split('?');
    const text = JSON.stringify(problem.body(instance, id));
    response
      .writeHead(problem.status, {
        ...problem.extra.headers,
        'Content-Type': 'application/problem+json; charset=utf-8',
        'Content-Length': Buffer.byteLength(text),
      })
      .end(text);
  };
}

/** Express throws this for percent signs in a path that mean nothing. */
function isBadAddress(error: unknown): boolean {
  return error instanceof URIError;
}
