import { describe, expect, it } from '@jest/globals';
import { type Heard, readPingOutput } from '../../../src/monitoring/probes/ping-output.js';

interface Case {
  readonly title: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode: number | null;
  readonly heard: Heard;
}

const noPackets = `
--- 10.1.2.3 ping statistics ---
1 packets transmitted, 0 received, 100% packet loss, time 0ms

`;

/** Captured from iputils 20221126. */
const iputils: readonly Case[] = [
  {
    title: 'a reply',
    stdout: `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.202 ms

--- 127.0.0.1 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 0.202/0.202/0.202/0.000 ms
`,
    exitCode: 0,
    heard: { kind: 'reply', ms: 0.202 },
  },
  {
    title: 'a reply over IPv6',
    stdout: `PING ::1(::1) 56 data bytes
64 bytes from ::1: icmp_seq=1 ttl=64 time=12 ms

--- ::1 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 12.328/12.328/12.328/0.000 ms
`,
    exitCode: 0,
    heard: { kind: 'reply', ms: 12 },
  },
  {
    title: 'silence',
    stdout: `PING 10.1.2.3 (10.1.2.3) 56(84) bytes of data.
${noPackets}`,
    exitCode: 1,
    heard: { kind: 'silence' },
  },
  {
    title: 'silence until it is killed',
    stdout: 'PING 10.1.2.3 (10.1.2.3) 56(84) bytes of data.\n',
    exitCode: null,
    heard: { kind: 'silence' },
  },
  {
    title: 'a router that knows no such host',
    stdout: `PING 192.0.2.77 (192.0.2.77) 56(84) bytes of data.
From 192.0.2.2 icmp_seq=1 Destination Host Unreachable

--- 192.0.2.77 ping statistics ---
1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms

`,
    exitCode: 1,
    heard: { kind: 'unreachable', by: '192.0.2.2' },
  },
  {
    title: 'no route',
    stderr: 'ping: connect: Network is unreachable\n',
    exitCode: 2,
    heard: { kind: 'no-way' },
  },
  {
    title: 'a route that leads nowhere',
    stderr: 'ping: connect: No route to host\n',
    exitCode: 2,
    heard: { kind: 'no-way' },
  },
  {
    title: 'no address of IPv6',
    stderr: 'ping: connect: Cannot assign requested address\n',
    exitCode: 2,
    heard: { kind: 'no-way' },
  },
  {
    title: 'no permission',
    stderr: `ping: socktype: SOCK_RAW
ping: socket: Operation not permitted
ping: => missing cap_net_raw+p capability or setuid?
`,
    exitCode: 2,
    heard: { kind: 'not-allowed' },
  },
  {
    title: 'a broadcast address',
    stderr:
      'ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules\n',
    exitCode: 2,
    heard: { kind: 'failed' },
  },
];

/** Captured from busybox 1.35. */
const busybox: readonly Case[] = [
  {
    title: 'a reply',
    stdout: `PING 127.0.0.1 (127.0.0.1): 56 data bytes
64 bytes from 127.0.0.1: seq=0 ttl=64 time=0.024 ms

--- 127.0.0.1 ping statistics ---
1 packets transmitted, 1 packets received, 0% packet loss
round-trip min/avg/max = 0.024/0.024/0.024 ms
`,
    exitCode: 0,
    heard: { kind: 'reply', ms: 0.024 },
  },
  {
    title: 'a reply over IPv6',
    stdout: `PING ::1 (::1): 56 data bytes
64 bytes from ::1: seq=0 ttl=64 time=0.028 ms

--- ::1 ping statistics ---
1 packets transmitted, 1 packets received, 0% packet loss
round-trip min/avg/max = 0.028/0.028/0.028 ms
`,
    exitCode: 0,
    heard: { kind: 'reply', ms: 0.028 },
  },
  {
    title: 'silence',
    stdout: `PING 10.1.2.3 (10.1.2.3): 56 data bytes

--- 10.1.2.3 ping statistics ---
1 packets transmitted, 0 packets received, 100% packet loss
`,
    exitCode: 1,
    heard: { kind: 'silence' },
  },
  {
    title: 'no route',
    stdout: 'PING 10.1.1.1 (10.1.1.1): 56 data bytes\n',
    stderr: 'ping: sendto: Network is unreachable\n',
    exitCode: 1,
    heard: { kind: 'no-way' },
  },
  {
    title: 'no permission',
    stdout: 'PING 127.0.0.1 (127.0.0.1): 56 data bytes\n',
    stderr: 'ping: permission denied (are you root?)\n',
    exitCode: 1,
    heard: { kind: 'not-allowed' },
  },
  {
    title: 'words it does not know',
    stderr: "ping: invalid option -- 'z'\nBusyBox v1.35.0 multi-call binary.\n",
    exitCode: 1,
    heard: { kind: 'failed' },
  },
];

describe.each([
  ['iputils', iputils],
  ['busybox', busybox],
])('The ping of %s', (_, cases) => {
  it.each(cases)('is understood: $title', ({ stdout = '', stderr = '', exitCode, heard }) => {
    expect(readPingOutput({ stdout, stderr, exitCode })).toEqual(heard);
  });
});
