import { once } from 'node:events';
import {
  createServer as createHttpServer,
  Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { portOf } from '../platform/port-of.js';

/** How a service behaves for a while. */
export interface Act {
  readonly seconds: number;
  readonly does: 'answer' | 'dawdle' | 'fail' | 'refuse';
}

/** A service to be watched, on loopback, that really is up, slow and down in turn. */
export interface Performer {
  readonly name: string;
  readonly type: 'http' | 'tcp';
  readonly tag: string;
  readonly acts: readonly Act[];
}

/** Within two minutes, everything that can happen to a service happens to one of these. */
export const performers: readonly Performer[] = [
  { name: 'Shop', type: 'http', tag: 'web', acts: [{ seconds: 60, does: 'answer' }] },
  {
    name: 'Checkout',
    type: 'http',
    tag: 'web',
    acts: [
      { seconds: 35, does: 'answer' },
      { seconds: 35, does: 'dawdle' },
    ],
  },
  {
    name: 'Payments',
    type: 'http',
    tag: 'money',
    acts: [
      { seconds: 25, does: 'answer' },
      { seconds: 35, does: 'fail' },
      { seconds: 40, does: 'answer' },
    ],
  },
  {
    name: 'Mail relay',
    type: 'tcp',
    tag: 'infrastructure',
    acts: [
      { seconds: 45, does: 'answer' },
      { seconds: 35, does: 'refuse' },
    ],
  },
];

/** A performer that is on. */
export interface Performance {
  readonly performer: Performer;
  /** As a service is registered with. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Lets a service begin; it goes through its acts again and again until it is stopped. */
export async function perform(performer: Performer): Promise<Performance> {
  let current: Act['does'] = 'answer';
  const server =
    performer.type === 'http'
      ? createHttpServer((_, response) => answer(current, response))
      : createTcpServer((socket) => socket.end());
  const port = await listen(server, 0);
  const acts = runThrough(performer.acts, async (does) => {
    const wasThere = current !== 'refuse';
    current = does;
    if (does === 'refuse' && wasThere) await close(server);
    if (does !== 'refuse' && !wasThere) await listen(server, port);
  });
  const scheme = performer.type;
  return {
    performer,
    url: `${scheme}://127.0.0.1:${port}${scheme === 'http' ? '/health' : ''}`,
    async stop() {
      await acts.stop();
      if (server.listening) await close(server);
    },
  };
}

function answer(does: Act['does'], response: ServerResponse): void {
  response.setHeader('Connection', 'close');
  switch (does) {
    case 'dawdle':
      setTimeout(() => response.end('all is well, in the end\n'), dawdleMs);
      return;
    case 'fail':
      response.writeHead(503).end('the database of this service is away\n');
      return;
    case 'answer':
    case 'refuse':
      response.end('all is well\n');
  }
}

/** Longer than the demo's services may take (see `degradedAboveMs` there). */
const dawdleMs = 700;
export const degradedAboveMs = 300;

function runThrough(
  acts: readonly Act[],
  begin: (does: Act['does']) => Promise<void>,
): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let changing = Promise.resolve();
  const next = (index: number): void => {
    const act = acts[index % acts.length];
    if (act === undefined) return;
    changing = begin(act.does);
    timer = setTimeout(() => next(index + 1), act.seconds * 1000);
  };
  next(0);
  return {
    stop() {
      clearTimeout(timer);
      return changing;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server.address());
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  if (server instanceof HttpServer) server.closeAllConnections();
  await closed;
}
