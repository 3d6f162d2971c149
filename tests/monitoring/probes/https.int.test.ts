import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createProbe } from '../../../src/monitoring/probes/probe.js';
import { CertificateAuthority, type Identity } from '../../outbound/support/certificates.js';
import { loopbackAllowed } from '../../outbound/support/policies.js';
import { serveHttp, serveTcp, type TestServer } from '../../outbound/support/servers.js';
import { checking, type Checking, shortMs } from './support/checking.js';

let authority: CertificateAuthority;
let trusting: Checking;
beforeAll(() => {
  authority = new CertificateAuthority();
  const lookup = (): Promise<readonly string[]> => Promise.resolve(['127.0.0.1']);
  trusting = checking(createProbe(loopbackAllowed, { lookup, trusted: [authority.certificate] }));
});
afterAll(() => authority.remove());

let server: TestServer;
afterEach(() => server.stop());

async function serving(identity: Identity): Promise<string> {
  server = await serveHttp((_, response) => response.end('secure'), { identity });
  return `https://shop.test:${server.port}/`;
}

describe('An HTTPS check', () => {
  it('is up with a certificate that is trusted, and says for how long that is good', async () => {
    const url = await serving(authority.issue(['DNS:shop.test'], { until: 30.5 }));

    const result = await trusting.http(url, { bodyContains: 'secure' });

    expect(result).toMatchObject({
      outcome: 'up',
      code: 'ok',
      details: { certificate_expires_in_days: 30, certificate_issuer: 'Authority of a test' },
    });
    expect(result.timings.tls).toBeGreaterThan(0);
  });

  it('is up by address, where the certificate is for the address', async () => {
    await serving(authority.issue(['IP:127.0.0.1']));

    expect(await trusting.http(`https://127.0.0.1:${server.port}/`)).toMatchObject({ code: 'ok' });
  });

  it('is down by address, where the certificate is for a name', async () => {
    await serving(authority.issue(['DNS:shop.test']));

    expect(await trusting.http(`https://127.0.0.1:${server.port}/`)).toMatchObject({
      outcome: 'down',
      code: 'tls_wrong_name',
    });
    expect(server.received()).toBe('');
  });

  const bad: [string, string, () => Identity, object][] = [
    [
      'has expired',
      'tls_expired',
      () => authority.issue(['DNS:shop.test'], { from: -30, until: -2.5 }),
      { certificate_expires_in_days: -3 },
    ],
    [
      'is not valid yet',
      'tls_not_yet_valid',
      () => authority.issue(['DNS:shop.test'], { from: 2 }),
      {},
    ],
    ['is for another name', 'tls_wrong_name', () => authority.issue(['DNS:other.test']), {}],
    ['is signed by itself', 'tls_self_signed', () => authority.selfSigned(['DNS:shop.test']), {}],
  ];
  it.each(bad)('is down when the certificate %s', async (_, code, identity, details) => {
    const url = await serving(identity());

    const result = await trusting.http(url);

    expect(result).toMatchObject({ outcome: 'down', code, latencyMs: null, details });
    expect(result.message).toContain('shop.test');
    // No request was sent to whom nobody knows.
    expect(server.received()).toBe('');
  });

  it('is down when nobody who is trusted signed the certificate', async () => {
    const url = await serving(authority.issue(['DNS:shop.test']));
    const lookup = (): Promise<readonly string[]> => Promise.resolve(['127.0.0.1']);

    const result = await checking(createProbe(loopbackAllowed, { lookup })).http(url);

    expect(result).toMatchObject({ outcome: 'down', code: 'tls_untrusted' });
    expect(server.received()).toBe('');
  });

  it('is down when the other side does not speak TLS', async () => {
    server = await serveTcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );

    expect(await trusting.http(`https://shop.test:${server.port}/`)).toMatchObject({
      outcome: 'down',
      code: 'tls_failed',
    });
  });

  it('is down when the connection is closed during the handshake', async () => {
    server = await serveTcp((socket) => socket.once('data', () => socket.end()));

    expect(await trusting.http(`https://shop.test:${server.port}/`)).toMatchObject({
      outcome: 'down',
      code: 'connection_closed',
    });
  });

  it('ends at the deadline when the handshake does not', async () => {
    server = await serveTcp();

    const result = await trusting.http(`https://shop.test:${server.port}/`, {}, shortMs);

    expect(result).toMatchObject({ outcome: 'down', code: 'timeout' });
    expect(result.message).toContain('TLS handshake');
  });
});
