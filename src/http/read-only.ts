import { type RequestHandler } from 'express';
import { Problem } from './problem.js';

/** For addresses outside of the API: they can be read, and nothing else. */
export const readOnly: RequestHandler = ({ method }, response, next) => {
  const headers = { Allow: 'GET, HEAD, OPTIONS' };
  if (method === 'GET' || method === 'HEAD') next();
  else if (method === 'OPTIONS') response.writeHead(204, headers).end();
  else throw new Problem(405, 'This can only be read', { headers });
};
