import { type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createProbe } from '../../../src/monitoring/probes/probe.js';
import {
  closedPort,
  serveHttp,
  serveTcp,
  type TestServer,
} from '../../outbound/support/servers.js';
import { loopbackAllowed } from '../../outbound/support/policies.js';
import { checking, shortMs } from './support/checking.js';

const { http } = checking(createProbe(loopbackAllowed));
const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

async function answering(answer: Answering): Promise<TestServer & { url: string }> {
  const server = await serveHttp(answer);
  servers.push(server);
  return { ...server, url: `http://127.0.0.1:${server.port}/` };
}

async function speaking(
  ...[speak]: Parameters<typeof serveTcp>
): Promise<TestServer & { url: string }> {
  const server = await serveTcp(speak);
  servers.push(server);
  return { ...server, url: `http://127.0.0.1:${server.port}/` };
}

describe('An HTTP check is up', () => {
  it('when the status is expected, and says how long each phase took', async () => {
    const { url } = await answering((_, response) => response.end('fine'));

    const result = await http(url);

    expect(result).toEqual({
      outcome: 'up',
      code: 'ok',
      message: 'Answered 200',
      latencyMs: expect.any(Number),
      timings: {
        connect: expect.any(Number),
        firstByte: expect.any(Number),
        total: expect.any(Number),
      },
      details: { status: 200, address: '127.0.0.1', redirects: 0 },
    });
  });

  it.each([[404], ['400-499']])('when an unusual status is expected: %s', async (status) => {
    const { url } = await answering((_, response) => response.writeHead(404).end());

    expect(await http(url, { status: [200, status] })).toMatchObject({ code: 'ok' });
  });

  it('when a redirect is what is expected, which is not followed then', async () => {
    const { url } = await answering((_, response) =>
      response.writeHead(301, { Location: '/elsewhere' }).end(),
    );

    expect(await http(url, { status: [301] })).toMatchObject({
      code: 'ok',
      details: { redirects: 0 },
    });
  });

  it('when the expected text is in the body, even in pieces and in another encoding', async () => {
    const { url } = await answering((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=ISO-8859-1' });
      const body = Buffer.from('Alles läuft schön', 'latin1');
      response.write(body.subarray(0, 8));
      setImmediate(() => response.end(body.subarray(8)));
    });

    expect(await http(url, { bodyContains: 'läuft schön' })).toMatchObject({ code: 'ok' });
  });

  it('as soon as the expected text has come, though the body goes on for ever', async () => {
    const { url } = await answering((_, response) => void response.write('ready'));

    expect(await http(url, { bodyContains: 'ready' })).toMatchObject({ code: 'ok' });
  });

  it.each(['HEAD', 'POST', 'OPTIONS'] as const)(
    'for %s, with the headers asked for',
    async (method) => {
      const seen: IncomingMessage[] = [];
      const { url } = await answering((request, response) => {
        seen.push(request);
        request.resume().on('end', () => response.end());
      });

      const headers = {
        'X-Key': 'schön 例',
        Host: 'shop.example',
        'Content-Length': '7',
        Connection: 'x',
      };
      const result = await http(url, { method, headers });

      expect(result).toMatchObject({ code: 'ok' });
      const [request] = seen;
      expect(request).toMatchObject({ method });
      expect(request?.headers).toMatchObject({ host: 'shop.example', connection: 'close' });
      // The server must not wait for a body that will never come.
      expect(request?.headers['content-length'] ?? '0').toBe('0');
      expect(Buffer.from(String(request?.headers['x-key']), 'latin1').toString('utf8')).toBe(
        'schön 例',
      );
    },
  );
});

describe('An HTTP check is down', () => {
  it('when the status is another one, with the beginning of what was said', async () => {
    const { url } = await answering((_, response) =>
      response.writeHead(503).end(`out of\0 order \u00fc${'x'.repeat(5000)}`),
    );

    const result = await http(url);

    expect(result).toMatchObject({
      outcome: 'down',
      code: 'status_503',
      message: 'Answered 503 Service Unavailable',
      latencyMs: expect.any(Number),
      details: { status: 503, excerpt: expect.stringMatching(/^out of order üx+$/) },
    });
    expect(Buffer.byteLength(String(result.details['excerpt']))).toBeLessThanOrEqual(1024);
  });

  it('and waits only a little for what a failing server has to say', async () => {
    const { url } = await answering((_, response) => void response.writeHead(500).write('well,'));

    const result = await http(url);

    expect(result).toMatchObject({ code: 'status_500', details: { excerpt: 'well,' } });
  });

  it('when the expected text is not in the body', async () => {
    const { url } = await answering((_, response) => response.end('maintenance'));

    expect(await http(url, { bodyContains: 'welcome' })).toMatchObject({
      outcome: 'down',
      code: 'body_missing',
      details: { status: 200, excerpt: 'maintenance' },
    });
  });

  it('when nobody listens', async () => {
    const port = await closedPort();

    expect(await http(`http://127.0.0.1:${port}/`)).toMatchObject({
      outcome: 'down',
      code: 'connect_refused',
      message: `Connection refused by 127.0.0.1:${port}`,
      latencyMs: null,
    });
  });

  it('when what answers is not HTTP', async () => {
    const { url } = await speaking((socket) => socket.write('220 mail.example ESMTP\r\n'));

    expect(await http(url)).toMatchObject({ outcome: 'down', code: 'not_http' });
  });

  it('when the headers have no end', async () => {
    const { url } = await speaking((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const more = setInterval(() => socket.write(`X: ${'y'.repeat(4000)}\r\n`), 1);
      socket.on('close', () => clearInterval(more));
    });

    expect(await http(url)).toMatchObject({ outcome: 'down', code: 'not_http' });
  });

  it('when the connection is closed before the answer, or in the middle of it', async () => {
    const before = await speaking((socket) => socket.once('data', () => socket.end()));
    const within = await speaking((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')),
    );
    const reset = await speaking((socket) => socket.once('data', () => socket.resetAndDestroy()));

    for (const { url } of [before, within, reset])
      expect(await http(url)).toMatchObject({ outcome: 'down', code: 'connection_closed' });
  });
});

describe('The deadline ends an HTTP check', () => {
  it('of a target that accepts and never answers', async () => {
    const server = await speaking();

    expect(await http(server.url, {}, shortMs)).toMatchObject({
      outcome: 'down',
      code: 'timeout',
      message: `127.0.0.1:${server.port} did not answer within 0.4 s`,
      latencyMs: null,
    });
  });

  it('of one that sends its headers byte by byte', async () => {
    const { url } = await speaking((socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX-Slow: yes'));

    expect(await http(url, {}, shortMs)).toMatchObject({ outcome: 'down', code: 'timeout' });
  });

  it('of one that sends its body byte by byte', async () => {
    const { url } = await answering((_, response) => drip(response, 'never mind'));

    const result = await http(url, {}, shortMs);

    expect(result).toMatchObject({ outcome: 'down', code: 'timeout', details: { status: 200 } });
    expect(result.message).toContain('did not finish its answer');
  });

  it('of one that says 100 Continue for ever', async () => {
    const { url } = await speaking((socket) => {
      const more = setInterval(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 5);
      socket.on('close', () => clearInterval(more));
    });

    expect(await http(url, {}, shortMs)).toMatchObject({ outcome: 'down', code: 'timeout' });
  });
});

describe('A body without end', () => {
  const endless: Answering = (_, response) => {
    const piece = Buffer.alloc(65_536, 'x');
    const send = (): void => {
      while (!response.destroyed && response.write(piece));
      response.once('drain', send);
    };
    send();
  };

  it('is read for 1 MiB, and is up when only the status counts', async () => {
    const server = await answering(endless);

    expect(await http(server.url)).toMatchObject({ outcome: 'up', code: 'ok' });
  });

  it('is down when the expected text did not come by then', async () => {
    const server = await answering(endless);

    expect(await http(server.url, { bodyContains: 'the end' })).toMatchObject({
      outcome: 'down',
      code: 'body_missing',
      message: 'Answered 200, but without the expected text in the first MiB',
    });
  });
});

it('A check that is cancelled is none', async () => {
  const { url } = await speaking();
  const stop = new AbortController();
  const running = checking(createProbe(loopbackAllowed), stop.signal).http(url);
  const late = checking(createProbe(loopbackAllowed), AbortSignal.abort()).http(url);

  stop.abort();

  for (const result of [await running, await late])
    expect(result).toMatchObject({ outcome: 'unknown', code: 'cancelled', latencyMs: null });
});

/** Sends a text for ever, one character each 20 ms. */
function drip(
  to: { write(text: string): unknown; on(event: 'close', then: () => void): unknown },
  text: string,
): void {
  let sent = 0;
  const more = setInterval(() => to.write(text.charAt(sent++ % text.length)), 20);
  to.on('close', () => clearInterval(more));
}
