import { type Request, type Response, Router } from 'express';
import { readOnly } from './read-only.js';

/** What stands in the way of serving requests, by part; empty when nothing does. */
export type Health = () => Promise<Readonly<Record<string, string>>>;

/** `/livez`: the process is there. `/readyz`: it can serve, or says what it is missing. */
export function healthRoutes(health: Health): Router {
  const router = Router();
  router.all(['/livez', '/readyz'], readOnly);
  router.get('/livez', (_request: Request, response: Response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request: Request, response: Response) => {
    const missing = await health();
    const isReady = Object.keys(missing).length === 0;
    if (!isReady) response.setHeader('Retry-After', '1');
    response
      .status(isReady ? 200 : 503)
      .json(isReady ? { status: 'ok' } : { status: 'not ready', missing });
  });
  return router;
}
