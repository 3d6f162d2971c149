import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { invalidInput, Problem } from './problem.js';
import { type AnyRoute } from './route.js';

/** As much as any request of this API needs. */
const limit = '64kb';

/** What is not UTF-8 would be kept as something else than what was sent. */
const verify = (_request: unknown, _response: unknown, body: Buffer): void => {
  if (!isUtf8(body)) throw new Error('The body is not UTF-8');
};

const readJson = express.json({ limit, verify, strict: false, type: () => true });
const readForm = express.urlencoded({
  limit,
  verify,
  extended: false,
  parameterLimit: 20,
  type: () => true,
});

/**
 * The body of a request, parsed; `undefined` when there is none.
 *
 * @throws Problem 400, 413 or 415.
 */
export async function readBody(
  request: Request,
  response: Response,
  route: AnyRoute,
): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  const form = isForm(request);
  if (form ? route.acceptsForm !== true : !isJson(request))
    throw new Problem(415, 'Send application/json, in UTF-8');
  await run(form ? readForm : readJson, request, response);
  const body: unknown = request.body;
  return form ? { ...Object(body) } : body;
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Other encodings than UTF-8 would be read wrongly, or differently by the next reader. */
function isJson({ headers }: Request): boolean {
  return /^application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i.test(
    headers['content-type'] ?? '',
  );
}

function isForm({ headers }: Request): boolean {
  return /^application\/x-www-form-urlencoded\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i.test(
    headers['content-type'] ?? '',
  );
}

function run(handler: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void handler(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      // body-parser names what it knows in `type`; the rest comes from unpacking a body that is damaged.
      else reject(error instanceof Error && 'type' in error ? error : invalidInput());
    });
  });
}
