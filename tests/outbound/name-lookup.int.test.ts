import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer } from 'dns-packet';
import { createLookup, type Lookup } from '../../src/outbound/name-lookup.js';
import { type Reaction, TestNameServer, zone } from './support/name-server.js';

let folder: string;
let hostsFile: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'watchbook-hosts-'));
  hostsFile = path.join(folder, 'hosts');
  await writeFile(
    hostsFile,
    '# ours\n10.0.0.9  Listed.test other.test # and more\nfd00::9 listed.test\n',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let server: TestNameServer;
afterEach(() => server.stop());

async function asking(
  react: Reaction | ReturnType<typeof zone>,
  patienceMs = 10_000,
): Promise<Lookup> {
  server = await TestNameServer.start(typeof react === 'function' ? react : () => react);
  return createLookup({ hostsFile, servers: [server.address], patienceMs });
}

const record = (name: string, type: 'A' | 'AAAA', data: string): Answer => ({
  ...{ name, type, data },
  ttl: 60,
});

describe('Looking a name up', () => {
  it('finds its addresses of both families', async () => {
    const lookup = await asking(
      zone([record('both.test', 'A', '10.0.0.3'), record('both.test', 'AAAA', 'fd00::3')]),
    );

    expect([...(await lookup('both.test'))].sort()).toEqual(['10.0.0.3', 'fd00::3']);
  });

  it('finds those of a name that has IPv6 only', async () => {
    const lookup = await asking(zone([record('six.test', 'AAAA', 'fd00::3')]));

    expect(await lookup('SIX.test.')).toEqual(['fd00::3']);
  });

  it('believes the list of this computer before any name server', async () => {
    const lookup = await asking(zone([record('listed.test', 'A', '10.66.66.66')]));

    expect(await lookup('listed.test')).toEqual(['10.0.0.9', 'fd00::9']);
    expect(server.questions).toEqual([]);
  });

  it.each(['localhost', 'app.localhost'])('asks nobody where %s is', async (name) => {
    const lookup = await asking('silent');

    expect(await lookup(name)).toEqual(['127.0.0.1', '::1']);
    expect(server.questions).toEqual([]);
  });

  it('does not wait for the family that is not answered', async () => {
    const lookup = await asking(({ name, type }) =>
      type === 'A' ? { answers: [record(name, 'A', '10.0.0.3')] } : 'silent',
    );

    expect(await lookup('half.test')).toEqual(['10.0.0.3']);
  });

  it('asks once for many that want to know at the same time', async () => {
    const lookup = await asking(zone([record('many.test', 'A', '10.0.0.3')]));

    await Promise.all(Array.from({ length: 20 }, () => lookup('many.test')));

    expect(server.questions).toHaveLength(2);
  });

  it.each([['SERVFAIL'], ['REFUSED']] as const)('says so when servers answer %s', async (fails) => {
    const lookup = await asking({ fails });

    await expect(lookup('broken.test')).rejects.toMatchObject({ code: 'resolver_failed' });
  });

  it('says so when no server answers', async () => {
    const lookup = await asking('silent', 100);

    await expect(lookup('lost.test')).rejects.toMatchObject({ code: 'resolver_unreachable' });
  });

  it.each(['other-id', 'other-question'] as const)(
    'believes no answer with %s',
    async (lie) => {
      const lookup = await asking(lie, 100);

      await expect(lookup('lied-about.test')).rejects.toMatchObject({
        code: 'resolver_unreachable',
      });
    },
    30_000,
  );
});
