import { PeerProcess } from './peer-client.js';
import { type Progress } from './progress.js';
import { type PeerName, type Replayed } from './protocol.js';
import { type Server } from './server.js';
import { median } from './statistics.js';

export interface ReplayResult {
  readonly peer: PeerName;
  readonly events: number;
  /** Median over the rounds. */
  readonly eventsPerSecond: number;
  /** Of the first round, in a process that has read nothing before; in bytes. */
  readonly memoryBefore: number;
  readonly memoryInFirstTenth: number;
  readonly memoryHighest: number;
}

/** A log that is filled once, and read in turns by several. The first of them fills it. */
export interface ReplayCase {
  readonly peers: readonly [PeerName, ...PeerName[]];
  readonly events: number;
}

export async function measureReplaying(
  server: Server,
  cases: readonly ReplayCase[],
  rounds: number,
  progress: Progress,
): Promise<ReplayResult[]> {
  const results: ReplayResult[] = [];
  for (const each of cases) results.push(...(await measureCase(server, each, rounds, progress)));
  return results;
}

async function measureCase(
  server: Server,
  { peers: names, events }: ReplayCase,
  rounds: number,
  progress: Progress,
): Promise<ReplayResult[]> {
  const peers = names.map((name) => ({ peer: new PeerProcess(name), all: [] as Replayed[] }));
  const database = await server.createDatabase();
  try {
    progress(`${names[0]}: a log of ${events} events is filled`);
    for (const { peer } of peers.slice(0, 1)) {
      await peer.prepare(database.url);
      await peer.fill(database.url, events);
    }
    for (let round = 1; round <= rounds; round += 1)
      for (const { peer, all } of peers) {
        progress(`round ${round} of ${rounds}: replay, ${peer.name}`);
        all.push(await peer.replay(database.url));
      }
  } finally {
    for (const { peer } of peers) await peer.stop();
  }
  await database.drop();
  return peers.map(({ peer, all }) => resultOf(peer.name, events, all));
}

/** @throws Error when not everything was read. */
function resultOf(peer: PeerName, events: number, all: readonly Replayed[]): ReplayResult {
  for (const each of all)
    if (each.events < events) throw new Error(`${peer} read ${each.events} of ${events} events`);
  const [first] = all;
  return {
    peer,
    events,
    eventsPerSecond: median(all.map((each) => each.events / each.seconds)),
    memoryBefore: first?.memoryBefore ?? NaN,
    memoryInFirstTenth: first?.memoryInFirstTenth ?? NaN,
    memoryHighest: first?.memoryHighest ?? NaN,
  };
}
