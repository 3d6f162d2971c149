import { afterEach, describe, expect, it } from '@jest/globals';
import { type Answer } from 'dns-packet';
import { createProbe, type ProbeResult } from '../../../src/monitoring/probes/probe.js';
import { type DnsRecordType } from '../../../src/domain/services/expectation.js';
import { OutboundError } from '../../../src/outbound/outbound-error.js';
import { type Reaction, TestNameServer, zone } from '../../outbound/support/name-server.js';
import { loopbackAllowed, policyOfChecks } from '../../outbound/support/policies.js';
import { closedPort } from '../../outbound/support/servers.js';
import { checking, longMs, shortMs } from './support/checking.js';

const { dns } = checking(createProbe(loopbackAllowed));

const servers: TestNameServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function reacting(react: Reaction | ReturnType<typeof zone>): Promise<TestNameServer> {
  const server = await TestNameServer.start(typeof react === 'function' ? react : () => react);
  servers.push(server);
  return server;
}

const ttl = 60;
const name = 'shop.test';
const records: readonly Answer[] = [
  { name, type: 'A', ttl, data: '10.0.0.3' },
  { name, type: 'A', ttl, data: '10.0.0.4' },
  { name, type: 'AAAA', ttl, data: 'fd00:0:0::3' },
  { name, type: 'MX', ttl, data: { preference: 10, exchange: 'Mail.Shop.test' } },
  { name, type: 'NS', ttl, data: 'ns1.shop.test' },
  { name, type: 'TXT', ttl, data: ['v=spf1 ', '-all'] },
  { name, type: 'SRV', ttl, data: { priority: 1, weight: 2, port: 443, target: 'a.shop.test' } },
  {
    ...{ name, type: 'SOA', ttl },
    data: {
      ...{ mname: 'ns1.shop.test', rname: 'admin.shop.test', serial: 7 },
      ...{ refresh: 1, retry: 2, expire: 3, minimum: 4 },
    },
  },
  { name: 'www.shop.test', type: 'CNAME', ttl, data: 'shop.test' },
];

describe('A DNS check is up', () => {
  it('when there is any answer, and shows what it was', async () => {
    const { address } = await reacting(zone(records));

    const result = await dns('dns://Shop.test.', { resolver: address });

    expect(result).toMatchObject({
      outcome: 'up',
      code: 'ok',
      message: 'Answered 10.0.0.3, 10.0.0.4',
      latencyMs: expect.any(Number),
      details: { answers: ['10.0.0.3', '10.0.0.4'] },
    });
  });

  const good: [DnsRecordType, string, string[]][] = [
    ['A', name, ['10.0.0.4', '10.0.0.3']],
    ['AAAA', name, ['FD00::0003']],
    ['MX', name, ['10 mail.shop.test', 'MAIL.shop.test.']],
    ['NS', name, ['NS1.shop.test.']],
    ['TXT', name, ['v=spf1 -all', '"v=spf1 -all"']],
    ['SRV', name, ['1 2 443 a.shop.test', 'A.shop.test']],
    ['SOA', name, ['ns1.shop.test', 'ns1.shop.test admin.shop.test 7 1 2 3 4']],
    ['CNAME', 'www.shop.test', ['shop.test']],
  ];
  it.each(good)(
    'when the expected %s records are there, however they are written',
    async (...parts) => {
      const [recordType, url, answers] = parts;
      const { address } = await reacting(zone(records));

      expect(await dns(url, { recordType, answers, resolver: address })).toMatchObject({
        code: 'ok',
      });
    },
  );

  it('when the answer is too long for UDP, and comes over TCP', async () => {
    const answers = Array.from({ length: 50 }, (_, index) => ({
      ...{ name, type: 'A' as const, ttl },
      data: `10.0.1.${index}`,
    }));
    const { address } = await reacting({ onlyOverTcp: answers });

    const result = await dns(name, { answers: ['10.0.1.49'], resolver: address });

    expect(result).toMatchObject({ code: 'ok', message: expect.stringMatching(/ and 47 more$/) });
  });

  it('when the name is international, which is asked for in ASCII', async () => {
    const server = await reacting({ answers: [{ ...{ name, type: 'A', ttl }, data: '10.0.0.3' }] });

    await dns('dns://Bücher.test', { resolver: server.address });

    expect(server.questions.map((question) => question.name)).toEqual(['xn--bcher-kva.test']);
  });
});

describe('A DNS check is down', () => {
  it('when an expected answer is missing', async () => {
    const { address } = await reacting(zone(records));

    const result = await dns(name, { answers: ['10.0.0.3', '10.0.0.9'], resolver: address });

    expect(result).toMatchObject({
      outcome: 'down',
      code: 'dns_wrong_answer',
      message: 'Answered 10.0.0.3, 10.0.0.4; missing: 10.0.0.9',
    });
  });

  it('when there is no such name, or no record of the type', async () => {
    const { address } = await reacting(zone(records));

    expect(await dns('nothing.test', { resolver: address })).toMatchObject({
      outcome: 'down',
      code: 'dns_nxdomain',
    });
    expect(await dns(name, { recordType: 'CNAME', resolver: address })).toMatchObject({
      outcome: 'down',
      code: 'dns_no_records',
    });
  });

  it.each([
    ['SERVFAIL', 'dns_servfail'],
    ['REFUSED', 'dns_refused'],
  ] as const)('when the server that was named answers %s', async (fails, code) => {
    const { address } = await reacting({ fails });

    expect(await dns(name, { resolver: address })).toMatchObject({ outcome: 'down', code });
  });
});

describe('A DNS check could not be done', () => {
  const expectUnknown = (result: ProbeResult, code: string): void =>
    expect(result).toMatchObject({ outcome: 'unknown', code, latencyMs: null });

  it('when the server never answers', async () => {
    const { address } = await reacting('silent');

    expectUnknown(await dns(name, { resolver: address }, shortMs), 'resolver_unreachable');
  });

  it.each(['other-id', 'other-question'] as const)(
    'when the server lies: an answer to something else (%s) is never believed',
    async (lie) => {
      const server = await reacting(lie);

      const result = await dns(
        name,
        { answers: ['10.66.66.66'], resolver: server.address },
        shortMs,
      );

      expectUnknown(result, 'resolver_unreachable');
      expect(server.questions.length).toBeGreaterThan(0);
    },
  );

  it('when the server talks nonsense', async () => {
    const { address } = await reacting('garbage');

    const result = await dns(name, { resolver: address }, shortMs);

    expect(result.outcome).toBe('unknown');
    expect(['dns_bad_answer', 'resolver_unreachable']).toContain(result.code);
  });

  it('when nobody is where the server should be', async () => {
    const resolver = `127.0.0.1:${await closedPort()}`;

    expectUnknown(await dns(name, { resolver }, longMs), 'resolver_unreachable');
  });

  it('when the name of the server is not known', async () => {
    const lookup = (): Promise<never> =>
      Promise.reject(new OutboundError('dns_nxdomain', 'There is no host called ns.test'));
    const probe = createProbe(loopbackAllowed, { lookup });

    const result = await checking(probe).dns(name, { resolver: 'ns.test' });

    expectUnknown(result, 'resolver_unreachable');
    expect(result.message).toBe('The name server ns.test cannot be found');
  });
});

describe('The guard', () => {
  it.each([
    '169.254.169.253',
    '169.254.169.253:53',
    '[fe80::1]:53',
    '0.0.0.0',
    '[::ffff:169.254.1.1]',
  ])('does not ask a server at %s', async (resolver) => {
    expect(await dns(name, { resolver })).toMatchObject({
      outcome: 'unknown',
      code: 'target_refused',
    });
  });

  it('does not ask a server by a name that leads to a refused address', async () => {
    const server = await reacting(zone(records));
    const lookup = (): Promise<readonly string[]> => Promise.resolve(['127.0.0.1']);
    const probe = createProbe(policyOfChecks(), { lookup });
    const [, port] = server.address.split(':');

    expect(await checking(probe).dns(name, { resolver: `ns.test:${port}` })).toMatchObject({
      outcome: 'unknown',
      code: 'target_refused',
    });
    expect(server.questions).toEqual([]);
  });
});
