import { networkInterfaces } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { webhookPolicy } from '../../src/outbound/address-policy.js';
import { type Endpoint, OwnEndpoints } from '../../src/outbound/own-endpoints.js';
import { knownProblem } from '../../src/outbound/what-can-be-known.js';
import { policyOfChecks } from './support/policies.js';

async function own(
  endpoints: readonly Endpoint[],
  names: Record<string, readonly string[]> = {},
): Promise<OwnEndpoints> {
  const lookup = (name: string): Promise<readonly string[]> =>
    names[name] === undefined ? Promise.reject(new Error('unknown')) : Promise.resolve(names[name]);
  const found = new OwnEndpoints(endpoints, lookup);
  await found.refresh();
  return found;
}

const ours = 'Watchbook keeps its own data there';

describe('Our own database and event store', () => {
  it('are closed to checks and webhooks by address and port, whatever is allowed', async () => {
    const names = { 'db.internal': ['10.0.0.5', 'fd00::5'] };
    const endpoints = [
      { host: 'db.internal', port: 5432 },
      { host: '10.0.0.6', port: 2113 },
    ];
    const policies = [
      policyOfChecks({ own: await own(endpoints, names), allowCidrs: ['0.0.0.0/0', '::/0'] }),
      webhookPolicy({ own: await own(endpoints, names), allowPrivate: true }),
    ];

    for (const policy of policies) {
      for (const address of ['10.0.0.5', '::ffff:10.0.0.5', '64:ff9b::10.0.0.5', 'FD00:0::5'])
        expect(policy.refusal(address, 5432)).toBe(ours);
      expect(policy.refusal('10.0.0.6', 2113)).toBe(ours);
      expect(policy.refusalOfName('DB.internal.', 5432)).toBe(ours);
      for (const [address, port] of [
        ['10.0.0.5', 443],
        ['10.0.0.5', undefined],
        ['10.0.0.6', 5432],
        ['10.0.0.7', 5432],
      ] as const)
        expect(policy.refusal(address, port)).toBeUndefined();
      expect(policy.refusalOfName('db.internal', 443)).toBeUndefined();
    }
  });

  it.each(['127.0.0.1', '::1', '/var/run/postgresql'])(
    'on this computer (%s) are closed at all of its addresses',
    async (host) => {
      const policy = policyOfChecks({
        own: await own([{ host, port: 5432 }]),
        allowLoopback: true,
      });
      const here = Object.values(networkInterfaces()).flatMap((found) => found ?? []);

      for (const { address } of [{ address: '127.0.0.1' }, { address: '127.9.9.9' }, ...here])
        expect([address, policy.refusal(address, 5432)]).not.toEqual([address, undefined]);
      expect(policy.refusal('127.0.0.1', 5433)).toBeUndefined();
      expect(policy.refusal('10.255.0.1', 5432)).toBeUndefined();
    },
  );

  it('keep the addresses they had when their names cannot be looked up', async () => {
    const answers: (readonly string[])[] = [['10.0.0.5']];
    const endpoints = new OwnEndpoints([{ host: 'db.internal', port: 5432 }], () => {
      const addresses = answers.shift();
      return addresses ? Promise.resolve(addresses) : Promise.reject(new Error('no answer'));
    });

    await endpoints.refresh();
    await endpoints.refresh();

    expect(endpoints.includes('10.0.0.5', 5432)).toBe(true);
  });
});

it('As long as nobody knows where our database is, it may be anywhere', async () => {
  const policy = policyOfChecks({ own: await own([{ host: 'db.internal', port: 5432 }]) });

  expect(policy.refusal('10.0.0.1', 5432)).toBe(ours);
  expect(policy.refusal('10.0.0.1', 443)).toBeUndefined();
});

describe('What can be known of an address when it is saved', () => {
  const endpoints = own([{ host: 'db.internal', port: 5432 }], { 'db.internal': ['10.0.0.5'] });

  it.each([
    'http://127.0.0.1/',
    'http://127.1:8080/x',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://0177.0.0.01/',
    'http://[::1]/',
    'http://[::ffff:7f00:1]:80/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://localhost:3000/',
    'http://LOCALHOST./',
    'https://app.localhost/',
    'http://169.254.169.254/latest',
    'http://１６９.254.169.254/',
    'http://0/',
    'https://255.255.255.255/',
    'tcp://127.0.0.1:22',
    '[::1]:22',
    '0x7f.1:22',
    'icmp://localhost',
    'localhost',
    '127.1',
    'icmp://[fe80::1]',
    'tcp://db.internal:5432',
    'DB.internal:05432',
    '10.0.0.5:5432',
    'http://10.0.0.5:5432/',
  ])('%s is refused', async (address) => {
    const policy = policyOfChecks({ own: await endpoints });

    expect(knownProblem(policy, address)?.problem).toMatch(/^Watchbook does not connect to /);
  });

  it.each([
    'http://example.org/',
    'http://127.0.0.1.example.org/',
    'https://localhost.example.org/',
    'tcp://db.internal:443',
    'icmp://db.internal',
    'http://10.0.0.5/',
    'http://[fd00::1]/',
    'example.org',
    'what is this',
    '',
  ])('nothing is wrong with %s', async (address) => {
    const policy = policyOfChecks({ own: await endpoints });

    expect(knownProblem(policy, address)).toBeUndefined();
  });

  it('a port that is left out is the one of the scheme, or the usual one', async () => {
    const policy = policyOfChecks({
      own: await own([
        { host: 'a.internal', port: 443 },
        { host: 'b.internal', port: 53 },
      ]),
    });

    expect(knownProblem(policy, 'https://a.internal/')).toBeDefined();
    expect(knownProblem(policy, 'https://a.internal:443/')).toBeDefined();
    expect(knownProblem(policy, 'http://a.internal/')).toBeUndefined();
    expect(knownProblem(policy, 'b.internal', 53)).toBeDefined();
    expect(knownProblem(policy, 'b.internal:54', 53)).toBeUndefined();
  });
});
