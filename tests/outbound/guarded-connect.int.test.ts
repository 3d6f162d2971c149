import { afterEach, describe, expect, it } from '@jest/globals';
import { type AddressPolicy } from '../../src/outbound/address-policy.js';
import { connectGuarded } from '../../src/outbound/guarded-connect.js';
import { OutboundError, TargetRefused } from '../../src/outbound/outbound-error.js';
import { loopbackAllowed, policyOfChecks } from './support/policies.js';
import { serveTcp, type TestServer } from './support/servers.js';

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function listening(): Promise<TestServer & { heard: () => string }> {
  let heard = '';
  const server = await serveTcp((socket) => socket.on('data', (text) => (heard += String(text))));
  servers.push(server);
  return { ...server, heard: () => heard };
}

const never = new AbortController().signal;

async function failureOf(connecting: Promise<unknown>): Promise<OutboundError> {
  try {
    await connecting;
  } catch (error) {
    if (error instanceof OutboundError) return error;
    throw error;
  }
  throw new Error('It was connected');
}

describe('A guarded connection', () => {
  it('leads to the first address that answers, and says which', async () => {
    const { port } = await listening();
    const lookup = (): Promise<readonly string[]> => Promise.resolve(['127.0.0.1']);

    const destination = { host: 'a.test', port, isSecure: false };
    const { socket, address, timings } = await connectGuarded(loopbackAllowed, destination, never, {
      lookup,
    });

    socket.destroy();
    expect(address).toBe('127.0.0.1');
    expect(timings).toEqual({ dns: expect.any(Number), connect: expect.any(Number) });
  });

  it('looks a name up once: what it leads to at the second look does not matter', async () => {
    const { port, connections } = await listening();
    const answers = [['198.51.100.7'], ['127.0.0.1']];
    const seen: string[] = [];
    const policy: AddressPolicy = {
      refusal(address) {
        seen.push(address);
        return address === '127.0.0.1' ? 'it is loopback' : undefined;
      },
      refusalOfName: () => undefined,
    };
    const lookup = (): Promise<readonly string[]> => Promise.resolve(answers.shift() ?? []);

    const signal = AbortSignal.timeout(300);
    const destination = { host: 'rebound.test', port, isSecure: false };
    await failureOf(connectGuarded(policy, destination, signal, { lookup }));

    expect(answers).toHaveLength(1);
    expect(seen).not.toContain('127.0.0.1');
    expect(connections()).toBe(0);
  });

  it('is judged once more by the address it is really connected to, before a byte is sent', async () => {
    const server = await listening();
    // To connect to 0.0.0.0 is to connect to loopback, which this policy does not know.
    const policy: AddressPolicy = {
      refusal: (address) => (address === '0.0.0.0' ? undefined : 'it is another one'),
      refusalOfName: () => undefined,
    };

    const destination = { host: '0.0.0.0', port: server.port, isSecure: true };
    const error = await failureOf(connectGuarded(policy, destination, never));

    expect(error).toBeInstanceOf(TargetRefused);
    expect(error).toMatchObject({ code: 'target_refused', address: '127.0.0.1' });
    expect(server.heard()).toBe('');
  });

  it.each([
    ...['127.0.0.1', '::1', '::ffff:127.0.0.1', '64:ff9b::127.0.0.1', '2002:7f00:1::'],
    ...['localhost', 'LOCALHOST.', 'db.localhost'],
  ])('does not lead to %s where loopback is not allowed', async (host) => {
    const { port, connections } = await listening();

    const error = await failureOf(
      connectGuarded(policyOfChecks(), { host, port, isSecure: false }, never),
    );

    expect(error).toBeInstanceOf(TargetRefused);
    expect(connections()).toBe(0);
  });

  it.each(['127.1', '0x7f.0.0.1', '017700000001', '2130706433'])(
    'does not lead there by a name server that spells it %s',
    async (answer) => {
      const { port, connections } = await listening();
      const lookup = (): Promise<readonly string[]> => Promise.resolve([answer]);

      const destination = { host: 'odd.test', port, isSecure: false };
      const error = await failureOf(
        connectGuarded(loopbackAllowed, destination, never, { lookup }),
      );

      expect(error).toBeInstanceOf(TargetRefused);
      expect(connections()).toBe(0);
    },
  );

  it('is given up while the name is looked up, when the signal says so', async () => {
    const lookup = (): Promise<readonly string[]> => new Promise(() => undefined);

    const destination = { host: 'slow.test', port: 80, isSecure: false };
    const signal = AbortSignal.timeout(50);
    const error = await failureOf(connectGuarded(loopbackAllowed, destination, signal, { lookup }));

    expect(error).toMatchObject({ code: 'resolver_unreachable' });
  });
});
