import { spawn } from 'node:child_process';
import { endpointOf } from '../../outbound/destination.js';
import { allowedAddresses } from '../../outbound/guarded-connect.js';
import { codeOf } from '../../platform/error-code.js';
import { type Finding, type ProbeContext } from './finding.js';
import { type PingOutput, readPingOutput } from './ping-output.js';

/**
 * Up when the target answers an echo request. Node has no socket for ICMP, and most processes may not have one: the
 * program `ping` sends it. It is given an address that was judged, and never a name.
 */
export async function probeIcmp(url: string, context: ProbeContext): Promise<Finding> {
  const { policy, signal, options, elapsed } = context;
  const { host } = endpointOf(url);
  const addresses = await allowedAddresses(policy, host, undefined, signal, options);
  const timings = host === addresses[0] ? {} : { dns: elapsed() };
  let finding: Finding | undefined;
  // One that there is no way to, as with IPv6 where there is none, says nothing about the others.
  for (const address of addresses.slice(0, mostAddresses)) {
    finding = { ...(await ping(address, context)), timings };
    if (finding.code !== 'network_down') break;
  }
  return finding ?? { code: 'dns_no_records', message: `The name ${host} has no address` };
}

const mostAddresses = 4;

async function ping(address: string, { signal, options, elapsed }: ProbeContext): Promise<Finding> {
  const program = options.pingProgram ?? 'ping';
  const details = { address };
  let output: PingOutput;
  try {
    output = await run(program, ['-n', '-c', '1', address], signal);
  } catch (error) {
    return notStarted(error);
  }
  const heard = readPingOutput(output);
  switch (heard.kind) {
    case 'reply':
      return {
        code: 'ok',
        message: 'Replied to a ping',
        latencyMs: heard.ms ?? elapsed(),
        details,
      };
    case 'unreachable':
      return {
        code: 'host_unreachable',
        message: `${heard.by} says that ${address} cannot be reached`,
        details,
      };
    case 'silence':
      return { code: 'timeout', message: `${address} did not reply to a ping`, details };
    case 'no-way':
      return { code: 'network_down', message: `There is no way from here to ${address}`, details };
    case 'not-allowed':
      return { code: 'icmp_unavailable', message: 'Watchbook is not allowed to send pings here' };
    case 'failed':
      return { code: 'icmp_unavailable', message: 'The program ping could not do its work here' };
  }
}

/** Rejects when it cannot be started. */
function run(
  program: string,
  arguments_: readonly string[],
  signal: AbortSignal,
): Promise<PingOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, arguments_, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its words must be English to be understood; nothing of ours is its business.
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    });
    const output = { stdout: '', stderr: '' };
    const kill = (): void => void child.kill('SIGKILL');
    if (signal.aborted) kill();
    signal.addEventListener('abort', kill);
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        if (output[stream].length < mostOutput) output[stream] += text;
      });
    child.once('error', (error) => {
      signal.removeEventListener('abort', kill);
      reject(error);
    });
    child.once('close', (exitCode) => {
      signal.removeEventListener('abort', kill);
      resolve({ ...output, exitCode });
    });
  });
}

const mostOutput = 16_384;

function notStarted(error: unknown): Finding {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'EACCES':
      return { code: 'icmp_unavailable', message: 'There is no program ping here' };
    case 'EMFILE':
    case 'ENFILE':
    case 'EAGAIN':
    case 'ENOMEM':
      return { code: 'out_of_resources', message: 'This computer cannot start the program ping' };
    default:
      throw error;
  }
}
