import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createProbe } from '../../../src/monitoring/probes/probe.js';
import { TestNameServer } from '../../outbound/support/name-server.js';
import { loopbackAllowed } from '../../outbound/support/policies.js';
import {
  closedPort,
  serveHttp,
  serveTcp,
  type TestServer,
  until,
} from '../../outbound/support/servers.js';
import { checking } from './support/checking.js';

let web: TestServer;
let silent: TestServer;
let names: TestNameServer;
beforeAll(async () => {
  web = await serveHttp(({ url }, response) => {
    if (url === '/large') response.end(Buffer.alloc(3 * 1024 * 1024));
    else if (url === '/half') response.write('half');
    else response.writeHead(url === '/503' ? 503 : 200).end('fine');
  });
  silent = await serveTcp();
  names = await TestNameServer.start(() => 'silent');
});
afterAll(async () => {
  await web.stop();
  await silent.stop();
  await names.stop();
});

function openHandles(): number {
  const kinds = ['TCPSocketWrap', 'TLSWrap', 'UDPWrap', 'PipeWrap', 'ProcessWrap', 'Timeout'];
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind)).length;
}

it('After 200 checks of all kinds, nothing is left open', async () => {
  const lookup = (): Promise<readonly string[]> =>
    Promise.resolve(['127.0.0.1', '127.0.0.2', '::1']);
  const stop = new AbortController();
  const { http, tcp, dns } = checking(createProbe(loopbackAllowed, { lookup }), stop.signal);
  const closed = await closedPort();
  const kinds = [
    () => http(`http://a.test:${web.port}/`),
    () => http(`http://a.test:${web.port}/503`),
    () => http(`http://a.test:${web.port}/large`),
    () => http(`http://a.test:${web.port}/`, { bodyContains: 'f' }),
    () => http(`http://a.test:${web.port}/half`, {}, 200),
    () => http(`http://a.test:${silent.port}/`, {}, 200),
    () => http(`https://a.test:${silent.port}/`, {}, 200),
    () => tcp(`a.test:${web.port}`),
    () => tcp(`a.test:${closed}`),
    () => dns('a.test', { resolver: names.address }, 200),
  ];
  const before = openHandles();

  for (let round = 0; round < 20; round += 1) await Promise.all(kinds.map((check) => check()));

  await until(() => web.open.size === 0 && silent.open.size === 0 && openHandles() <= before);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
}, 60_000);
