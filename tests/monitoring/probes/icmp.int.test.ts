import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProbe, type ProbeResult } from '../../../src/monitoring/probes/probe.js';
import { loopbackAllowed, policyOfChecks } from '../../outbound/support/policies.js';
import { checking, shortMs } from './support/checking.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'watchbook-ping-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let standIns = 0;

/** A program that takes the place of `ping`. */
async function standIn(script: string): Promise<string> {
  standIns += 1;
  const program = path.join(folder, `ping-${standIns}`);
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  return program;
}

const hasPing = spawnSync('ping', ['-n', '-c', '1', '127.0.0.1']).status === 0;

/** What a check of loopback must find, on this machine. */
function expectAnswer(result: ProbeResult): void {
  expect(result).toMatchObject(
    hasPing
      ? { outcome: 'up', code: 'ok', message: 'Replied to a ping', latencyMs: expect.any(Number) }
      : { outcome: 'unknown', code: 'icmp_unavailable', latencyMs: null },
  );
}

describe(`An ICMP check${hasPing ? '' : ', without a ping that works'}`, () => {
  const { icmp } = checking(createProbe(loopbackAllowed));

  it.each(['127.0.0.1', 'icmp://127.0.0.1', '0x7f000001', 'icmp://localhost'])(
    'of %s is up when it replies',
    async (url) => expectAnswer(await icmp(url)),
  );

  it('could not be done where there is no program for it', async () => {
    const probe = createProbe(loopbackAllowed, { pingProgram: path.join(folder, 'none') });

    expect(await checking(probe).icmp('127.0.0.1')).toMatchObject({
      outcome: 'unknown',
      code: 'icmp_unavailable',
      message: 'There is no program ping here',
    });
  });

  it('could not be done where it is not allowed', async () => {
    const pingProgram = await standIn('echo "ping: socket: Operation not permitted" >&2; exit 2');
    const probe = createProbe(loopbackAllowed, { pingProgram });

    expect(await checking(probe).icmp('127.0.0.1')).toMatchObject({
      outcome: 'unknown',
      code: 'icmp_unavailable',
    });
  });

  it('is down when there is no reply until the deadline, and leaves no program behind', async () => {
    const pidFile = path.join(folder, 'pid');
    const pingProgram = await standIn(`echo $$ > ${pidFile}; exec sleep 600`);
    const probe = createProbe(loopbackAllowed, { pingProgram });

    const result = await checking(probe).icmp('127.0.0.1', shortMs);

    expect(result).toMatchObject({ outcome: 'down', code: 'timeout', latencyMs: null });
    expect(spawnSync('sh', ['-c', `kill -0 $(cat ${pidFile})`]).status).not.toBe(0);
  });

  it('gives the program an address and nothing else, and nothing of our environment', async () => {
    process.env['SECRET_OF_A_TEST'] = 'secret';
    const pingProgram = await standIn(
      '[ "$*" = "-n -c 1 127.0.0.9" ] && [ -z "$SECRET_OF_A_TEST" ] && echo "64 bytes from it: time=1.5 ms"',
    );
    const probe = createProbe(loopbackAllowed, {
      pingProgram,
      lookup: () => Promise.resolve(['127.0.0.9']),
    });

    expect(await checking(probe).icmp('icmp://some.test')).toMatchObject({
      outcome: 'up',
      latencyMs: 2,
      details: { address: '127.0.0.9' },
    });
  });

  it('goes on with the next address where there is no way to the first', async () => {
    const pingProgram = await standIn(
      'case "$4" in *:*) echo "ping: connect: Network is unreachable" >&2; exit 2;; esac; echo "64 bytes from $4: time=3 ms"',
    );
    const probe = createProbe(loopbackAllowed, {
      pingProgram,
      lookup: () => Promise.resolve(['fd00::7', '10.0.0.7']),
    });

    expect(await checking(probe).icmp('both.test')).toMatchObject({
      outcome: 'up',
      details: { address: '10.0.0.7' },
    });
  });

  it.each(['127.0.0.1', '169.254.169.254', '[fe80::1]', '255.255.255.255', '224.0.0.1', '0.0.0.0'])(
    'of %s is refused by default',
    async (url) => {
      const probe = createProbe(policyOfChecks(), { pingProgram: path.join(folder, 'none') });

      expect(await checking(probe).icmp(url)).toMatchObject({
        outcome: 'unknown',
        code: 'target_refused',
      });
    },
  );
});
