import { afterEach, describe, expect, it } from '@jest/globals';
import { webhookPolicy } from '../../src/outbound/address-policy.js';
import { requestOnce } from '../../src/outbound/http-request.js';
import { loopbackAllowed, nothingOwn } from './support/policies.js';
import { serveHttp, type TestServer, until } from './support/servers.js';

let server: TestServer;
afterEach(() => server.stop());

const request = (
  path = '/',
  more: { body?: string; maxBytes?: number; signal?: AbortSignal } = {},
) => ({
  url: new URL(`http://127.0.0.1:${server.port}${path}`),
  method: 'POST',
  headers: { 'X-Signature': 'abc' },
  maxBytes: 1024,
  signal: new AbortController().signal,
  ...more,
});

describe('A request to the outside', () => {
  it('carries its body, and brings back the answer', async () => {
    server = await serveHttp((incoming, response) => {
      let body = '';
      incoming.on('data', (text) => (body += String(text)));
      incoming.on('end', () => {
        response.writeHead(202, { 'X-Seen': String(incoming.headers['x-signature']) });
        response.end(`${incoming.headers['content-length']} ${body}`);
      });
    });

    const answer = await requestOnce(
      loopbackAllowed,
      request('/hook?a=b', { body: '{"up":true}' }),
    );

    expect(answer).toMatchObject({
      status: 202,
      headers: { 'x-seen': 'abc' },
      truncated: false,
      address: '127.0.0.1',
      certificate: undefined,
    });
    expect(answer.body.toString()).toBe('11 {"up":true}');
    expect(answer.timings.total).toBeGreaterThanOrEqual(answer.timings.firstByte);
    await until(() => server.open.size === 0);
  });

  it('does not follow redirects', async () => {
    server = await serveHttp((_, response) =>
      response.writeHead(307, { Location: '/elsewhere' }).end(),
    );

    expect(await requestOnce(loopbackAllowed, request())).toMatchObject({ status: 307 });
    expect(server.connections()).toBe(1);
  });

  it('reads so many bytes of the answer, and no more', async () => {
    server = await serveHttp((_, response) => response.end('x'.repeat(1025)));

    const answer = await requestOnce(loopbackAllowed, request());

    expect(answer.body).toHaveLength(1024);
    expect(answer.truncated).toBe(true);
    expect((await requestOnce(loopbackAllowed, request('/', { maxBytes: 1025 }))).truncated).toBe(
      false,
    );
  });

  it('ends when the signal says so, in the middle of the answer', async () => {
    server = await serveHttp((_, response) => void response.write('well'));
    const stop = new AbortController();

    const running = requestOnce(loopbackAllowed, request('/', { signal: stop.signal }));
    await until(() => server.received() !== '');
    stop.abort();

    await expect(running).rejects.toMatchObject({ code: 'timeout' });
    await until(() => server.open.size === 0);
  });

  it('does not go where the policy does not allow it', async () => {
    server = await serveHttp((_, response) => response.end());
    const policy = webhookPolicy({ own: nothingOwn, allowPrivate: false });

    await expect(requestOnce(policy, request())).rejects.toMatchObject({
      code: 'target_refused',
      address: '127.0.0.1',
    });
    expect(server.connections()).toBe(0);
  });
});
