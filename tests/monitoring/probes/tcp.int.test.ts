import { afterEach, describe, expect, it } from '@jest/globals';
import { createProbe } from '../../../src/monitoring/probes/probe.js';
import { policyOfChecks, loopbackAllowed } from '../../outbound/support/policies.js';
import { closedPort, serveTcp, type TestServer, until } from '../../outbound/support/servers.js';
import { checking, type Checking } from './support/checking.js';

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function listening(host?: string): Promise<TestServer> {
  const server = await serveTcp(undefined, host);
  servers.push(server);
  return server;
}

/** Checks of a name with these addresses. */
function named(...addresses: readonly string[]): Checking {
  return checking(createProbe(loopbackAllowed, { lookup: () => Promise.resolve(addresses) }));
}

describe('A TCP check', () => {
  it.each(['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])(
    'is up when a connection to %s is accepted, and sends nothing',
    async (host) => {
      const server = await listening();

      const result = await named().tcp(`${host}:${server.port}`);

      expect(result).toMatchObject({ outcome: 'up', code: 'ok', latencyMs: expect.any(Number) });
      await until(() => server.open.size === 0);
      expect(server.connections()).toBe(1);
    },
  );

  it('is down when nobody listens', async () => {
    const port = await closedPort();

    expect(await named('127.0.0.1', '127.0.0.2').tcp(`tcp://two.test:${port}`)).toMatchObject({
      outcome: 'down',
      code: 'connect_refused',
      latencyMs: null,
    });
  });

  it('is up when one of 50 addresses accepts, wherever in the list', async () => {
    const server = await listening('127.0.7.50');
    const addresses = Array.from({ length: 50 }, (_, index) => `127.0.7.${index + 1}`);

    const result = await named(...addresses).tcp(`many.test:${server.port}`);

    expect(result).toMatchObject({ code: 'ok', details: { address: '127.0.7.50' } });
  });

  it('does not wait for addresses that swallow everything', async () => {
    const server = await listening();
    // For documentation (RFC 5737): nobody answers there, and hardly anybody says so.
    const addresses = ['192.0.2.77', '198.51.100.77', '127.0.0.1'];

    const result = await named(...addresses).tcp(`half.test:${server.port}`);

    expect(result).toMatchObject({ code: 'ok', details: { address: '127.0.0.1' } });
  });

  it('works for a name that has addresses of IPv6 only', async () => {
    const server = await listening('::1');

    expect(await named('::1').tcp(`six.test:${server.port}`)).toMatchObject({
      code: 'ok',
      details: { address: '::1' },
    });
  });

  it('could not be done when there is no way to the target', async () => {
    // Nobody can connect to the broadcast address, and this computer knows it without asking.
    const policy = { refusal: () => undefined, refusalOfName: () => undefined };
    const probe = createProbe(policy, { lookup: () => Promise.resolve(['255.255.255.255']) });

    expect(await checking(probe).tcp('nowhere.test:80')).toMatchObject({
      outcome: 'unknown',
      code: 'network_down',
      latencyMs: null,
    });
  });

  it('connects to none of the addresses when one is refused', async () => {
    const server = await listening();
    const policy = policyOfChecks({ allowLoopback: true, denyCidrs: ['10.0.0.0/8'] });
    const lookup = (): Promise<readonly string[]> => Promise.resolve(['127.0.0.1', '10.0.0.1']);

    const result = await checking(createProbe(policy, { lookup })).tcp(`mixed.test:${server.port}`);

    expect(result).toMatchObject({ outcome: 'unknown', code: 'target_refused' });
    expect(result.message).toBe(
      'Watchbook does not connect to mixed.test (10.0.0.1): it is in CHECK_DENY_CIDRS',
    );
    expect(server.connections()).toBe(0);
  });
});
