import { type Peer } from './peers/peer.js';
import { type Answer, type PeerName, Request } from './protocol.js';

/**
 * A peer and the callers that load it, in one process, all peers alike: `peer-process.ts <name of its module>`. The
 * module is loaded by name, because emmett changes the type parsers of pg for its whole process.
 */
const peers: Readonly<Record<PeerName, () => Promise<Peer>>> = {
  watchbook: async () => (await import('./peers/watchbook.js')).watchbook,
  'function-call': async () => (await import('./peers/function-call.js')).functionCall,
  transaction: async () => (await import('./peers/transaction.js')).transaction,
  emmett: async () => (await import('./peers/emmett.js')).emmett,
  'emmett-by-default': async () => (await import('./peers/emmett.js')).emmettByDefault,
  'emmett-without-checkpoints': async () =>
    (await import('./peers/emmett.js')).emmettWithoutCheckpoints,
  copy: async () => (await import('./peers/copy.js')).copy,
};

const name = process.argv[2] ?? '';
const load = new Map(Object.entries(peers)).get(name);
if (load === undefined) throw new Error(`There is no peer ${name}`);
const peer = await load();

process.on('message', (message) => {
  void answer(message).then((said) => process.send?.(said));
});
process.once('disconnect', () => process.exit(0));

async function answer(message: unknown): Promise<Answer> {
  try {
    return { value: (await carryOut(Request.parse(message))) ?? null };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function carryOut(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'prepare':
      return peer.prepare(request.url);
    case 'append':
      return peer.append(request.url, request.appends);
    case 'fill':
      if (peer.fill === undefined) throw new Error(`${name} fills nothing`);
      return peer.fill(request.url, request.events);
    case 'replay':
      if (peer.replay === undefined) throw new Error(`${name} does not replay`);
      return peer.replay(request.url);
  }
}
