import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { portOf } from '../platform/port-of.js';
import { degradedAboveMs, type Performance } from './stage.js';

/** A running Watchbook, as its users have it. */
export interface Api {
  /** Such as http://127.0.0.1:8000 */
  readonly url: string;
  readonly email: string;
  readonly password: string;
}

/** Registers what is on stage, as a user would, and listens by webhook. Each transition is told once, as a line. */
export async function watch(
  api: Api,
  stage: readonly Performance[],
  tell: (line: string) => void,
): Promise<{ stop(): Promise<void> }> {
  const call = await logIn(api);
  const receiver = await listen(tell);
  await call('POST', '/webhooks', { url: receiver.url });
  const tags = new Map<string, string>();
  for (const { performer, url } of stage) {
    const { name, type, tag } = performer;
    const tagId = tags.get(tag) ?? Made.parse(await call('POST', '/tags', { name: tag })).id;
    tags.set(tag, tagId);
    await call('POST', '/services', {
      ...{ name, type, url, tags: [tagId] },
      interval_seconds: 10,
      timeout_ms: 3_000,
      failure_threshold: 2,
      ...(type === 'http' && { degraded_above_ms: degradedAboveMs }),
    });
  }
  const summary = setInterval(
    () => void summarise(call).then(tell, () => undefined),
    summaryEveryMs,
  );
  return {
    async stop() {
      clearInterval(summary);
      await receiver.stop();
    },
  };
}

type Call = (method: string, path: string, body?: object) => Promise<unknown>;

async function logIn({ url, email, password }: Api): Promise<Call> {
  let token = '';
  const call: Call = async (method, path, body) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
    const answer: unknown = text === '' ? {} : JSON.parse(text);
    return answer;
  };
  token = Tokens.parse(await call('POST', '/auth/login', { email, password })).access_token;
  return call;
}

/** What users have at the other end: a small server that takes what Watchbook tells. */
async function listen(
  tell: (line: string) => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      response.writeHead(204).end();
      tell(`${timeOfDay()}  ${Told.parse(JSON.parse(body)).sentence}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server.address())}/hook`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function summarise(call: Call): Promise<string> {
  const lines = [`${timeOfDay()}  ${'service'.padEnd(14)}status     uptime    p95`];
  for (const { id, name, status } of Services.parse(await call('GET', '/services?sort=name'))
    .data) {
    const { uptime, latency_ms } = Uptime.parse(await call('GET', `/services/${id}/uptime`));
    const share = uptime === null ? 'unknown' : `${(uptime * 100).toFixed(1)} %`;
    const ms = latency_ms.p95 === null ? '–' : `${latency_ms.p95} ms`;
    lines.push(`          ${name.padEnd(14)}${status.padEnd(11)}${share.padEnd(10)}${ms}`);
  }
  return lines.join('\n');
}

const Made = z.object({ id: z.string() });
const Tokens = z.object({ access_token: z.string() });
const Told = z.object({ sentence: z.string() });
const Services = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
});
const Uptime = z.object({
  uptime: z.number().nullable(),
  latency_ms: z.object({ p95: z.number().nullable() }),
});

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8);
}

const summaryEveryMs = 30_000;
