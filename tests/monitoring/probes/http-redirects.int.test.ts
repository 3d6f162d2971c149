import { type IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createProbe } from '../../../src/monitoring/probes/probe.js';
import { loopbackAllowed, policyOfChecks } from '../../outbound/support/policies.js';
import { serveHttp, type TestServer } from '../../outbound/support/servers.js';
import { checking } from './support/checking.js';

const lookup = (): Promise<readonly string[]> => Promise.resolve(['127.0.0.1']);
const { http } = checking(createProbe(loopbackAllowed, { lookup }));

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Answers each path with a redirect to somewhere, or with 200. */
async function redirecting(
  to: Readonly<Record<string, string>>,
  status = 302,
): Promise<TestServer & { seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = await serveHttp(({ method, url = '', headers }, response) => {
    seen.push({ method, url, headers });
    const location = to[url];
    if (location === undefined) response.end('arrived');
    else response.writeHead(status, { Location: location }).end('this way');
  });
  servers.push(server);
  return { ...server, seen };
}

describe('Redirects', () => {
  it('are followed five times, and the last answer counts', async () => {
    const { port, seen } = await redirecting({
      ...{ '/': '/1', '/1': '2', '/2': '/3?q=ä#part', '/3?q=%C3%A4': './4', '/4': '/5' },
    });

    const result = await http(`http://127.0.0.1:${port}/`, { bodyContains: 'arrived' });

    expect(result).toMatchObject({
      outcome: 'up',
      code: 'ok',
      details: { redirects: 5, status: 200 },
    });
    expect(seen).toHaveLength(6);
  });

  it('are not followed a sixth time', async () => {
    const server = await serveHttp(({ url = '' }, response) =>
      response.writeHead(302, { Location: `${url}x` }).end(),
    );
    servers.push(server);

    expect(await http(`http://127.0.0.1:${server.port}/`)).toMatchObject({
      outcome: 'down',
      code: 'too_many_redirects',
      details: { redirects: 5 },
    });
    expect(server.connections()).toBe(6);
  });

  it('in a circle are noticed', async () => {
    const { port } = await redirecting({ '/': '/a', '/a': '/b', '/b': '/' });

    expect(await http(`http://127.0.0.1:${port}/`)).toMatchObject({
      outcome: 'down',
      code: 'redirect_loop',
      details: { redirects: 2 },
    });
  });

  it.each([
    'ftp://example.org/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://[',
    'http://a:0/',
  ])('to %s lead nowhere', async (location) => {
    const { port } = await redirecting({ '/': location });

    expect(await http(`http://127.0.0.1:${port}/`)).toMatchObject({
      outcome: 'down',
      code: 'bad_redirect',
    });
  });

  it('without a place to go are answers like others', async () => {
    const server = await serveHttp((_, response) => response.writeHead(302).end());
    servers.push(server);

    expect(await http(`http://127.0.0.1:${server.port}/`)).toMatchObject({ code: 'status_302' });
  });

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [302, 'HEAD', 'HEAD'],
  ] as const)('with %i make of %s a %s', async (status, method, after) => {
    const { port, seen } = await redirecting({ '/': '/there' }, status);

    await http(`http://127.0.0.1:${port}/`, { method });

    expect(seen.map((request) => request.method)).toEqual([method, after]);
  });
});

describe('Headers of a check', () => {
  const headers = { Authorization: 'Bearer secret', 'X-Key': 'secret', Cookie: 'a=secret' };

  it('stay with a server that redirects to itself', async () => {
    const { port, seen } = await redirecting({ '/': '/there' });

    await http(`http://127.0.0.1:${port}/`, { headers });

    expect(seen[1]?.headers).toMatchObject({ authorization: 'Bearer secret', 'x-key': 'secret' });
  });

  it.each(['another name', 'another port'])('are not sent to %s', async (what) => {
    const other = await redirecting({});
    const otherUrl =
      what === 'another port' ? `http://a.test:${other.port}/` : `http://b.test:${other.port}/`;
    const first = await redirecting({ '/': otherUrl });
    const accept = { Accept: 'text/html' };

    await http(`http://a.test:${first.port}/`, {
      headers: { ...headers, ...accept, Host: 'c.test' },
    });

    expect(first.seen[0]?.headers).toMatchObject({ authorization: 'Bearer secret' });
    expect(other.seen).toHaveLength(1);
    expect(JSON.stringify(other.seen)).not.toContain('secret');
    expect(other.seen[0]?.headers).toMatchObject({
      accept: 'text/html',
      host: new URL(otherUrl).host,
    });
  });
});

describe('The guard', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://0251.0376.0251.0376/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[2002:a9fe:a9fe::]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://0.0.0.0/',
    'http://[::]/',
    '//169.254.169.254/',
  ])('does not follow a redirect to %s', async (location) => {
    const { port } = await redirecting({ '/': location });

    expect(await http(`http://127.0.0.1:${port}/`)).toMatchObject({
      outcome: 'unknown',
      code: 'target_refused',
      details: { redirects: 1 },
    });
  });

  it('looks at names that are redirected to as at the first one', async () => {
    const inside = await redirecting({});
    const outside = await redirecting({ '/': `http://inside.test:${inside.port}/` });
    const known: Record<string, string[]> = {
      'outside.test': ['127.0.0.1'],
      'inside.test': ['127.0.0.2'],
    };
    const policy = policyOfChecks({ allowLoopback: true, denyCidrs: ['127.0.0.2/32'] });
    const probe = createProbe(policy, { lookup: (name) => Promise.resolve(known[name] ?? []) });

    const result = await checking(probe).http(`http://outside.test:${outside.port}/`);

    expect(result).toMatchObject({ outcome: 'unknown', code: 'target_refused' });
    expect(result.message).toContain('inside.test (127.0.0.2)');
    expect(inside.connections()).toBe(0);
  });
});
