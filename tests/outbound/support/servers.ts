import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server as TcpServer, type Socket } from 'node:net';
import { type Identity } from './certificates.js';

/** A server on loopback, and what it has seen. */
export interface TestServer {
  readonly port: number;
  /** Connections that are open. */
  readonly open: ReadonlySet<Socket>;
  /** How many connections there were. */
  readonly connections: () => number;
  /** Everything that was sent to it, as text; empty for a server of TLS that heard nothing but handshakes. */
  readonly received: () => string;
  readonly stop: () => Promise<void>;
}

/** Speaks HTTP, with an identity HTTPS. */
export async function serveHttp(
  listener: RequestListener,
  { identity, host }: { readonly identity?: Identity; readonly host?: string } = {},
): Promise<TestServer> {
  const server = identity
    ? createHttpsServer({ ...identity }, listener)
    : createHttpServer(listener);
  server.on('tlsClientError', () => undefined);
  server.on('clientError', (_, socket) => socket.destroy());
  return started(server, host);
}

/** Speaks what it wants; by default, it listens and says nothing. */
export async function serveTcp(
  speak: (socket: Socket) => void = (socket) => void socket.resume(),
  host?: string,
): Promise<TestServer> {
  return started(createServer(speak), host);
}

async function started(server: Server | TcpServer, host = '127.0.0.1'): Promise<TestServer> {
  const open = new Set<Socket>();
  let connections = 0;
  let received = '';
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  server.on('request', ({ method, url }: { method: string; url: string }) => {
    received += `${method} ${url}\n`;
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: portOf(server.address()),
    open,
    connections: () => connections,
    received: () => received,
    async stop() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return address.port;
}

/** A port on loopback where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await serveTcp();
  await server.stop();
  return server.port;
}

/** Comes true sooner or later, or the test runs out of time. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
