import { PeerProcess } from './peer-client.js';
import { type Progress } from './progress.js';
import { type Appends, type Measured, type PeerName } from './protocol.js';
import { type Database, type Server } from './server.js';
import { median } from './statistics.js';

/** One way of appending, and who is measured by it. */
export interface AppendCase extends Pick<Appends, 'callers' | 'eventsPerAppend' | 'streams'> {
  readonly peers: readonly PeerName[];
}

export interface AppendResult extends Omit<AppendCase, 'peers'> {
  readonly peer: PeerName;
  /** Medians over the rounds. */
  readonly measured: Measured;
}

export interface Extent {
  readonly rounds: number;
  /** For each measurement. */
  readonly seconds: number;
}

/** Each round begins with empty databases; for each case the peers take turns. */
export async function measureAppending(
  server: Server,
  cases: readonly AppendCase[],
  { rounds, seconds }: Extent,
  progress: Progress,
): Promise<AppendResult[]> {
  const results = cases.flatMap(({ peers, ...each }) =>
    peers.map((peer) => ({ ...each, peer, all: [] as Measured[] })),
  );
  const names = new Set(results.map(({ peer }) => peer));
  const peers = [...names].map((name) => new PeerProcess(name));
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const databases = await prepare(server, peers);
      for (const { peer: name, all, ...each } of results) {
        const { peer, database } = databases.get(name) ?? fail(`${name} has no database`);
        progress(`round ${round} of ${rounds}: ${describe(each)}, ${name}`);
        const warmUpSeconds = round === 1 ? 1 : 0.5;
        all.push(await peer.append(database.url, { ...each, seconds, warmUpSeconds }));
      }
      for (const { database } of databases.values()) await database.drop();
    }
  } finally {
    for (const peer of peers) await peer.stop();
  }
  return results.map(({ all, ...result }) => ({ ...result, measured: medians(all) }));
}

interface Prepared {
  readonly peer: PeerProcess;
  readonly database: Database;
}

async function prepare(
  server: Server,
  peers: readonly PeerProcess[],
): Promise<Map<PeerName, Prepared>> {
  const prepared = new Map<PeerName, Prepared>();
  for (const peer of peers) {
    const database = await server.createDatabase();
    await peer.prepare(database.url);
    prepared.set(peer.name, { peer, database });
  }
  return prepared;
}

function describe({ callers, eventsPerAppend, streams }: Omit<AppendCase, 'peers'>): string {
  const who = `${callers} ${callers === 1 ? 'caller' : 'callers'}`;
  const where = streams === 'one' ? ' of one stream' : '';
  return `${who}${where}${eventsPerAppend === 1 ? '' : `, ${eventsPerAppend} events each`}`;
}

function medians(all: readonly Measured[]): Measured {
  return {
    eventsPerSecond: median(all.map(({ eventsPerSecond }) => eventsPerSecond)),
    p50: median(all.map(({ p50 }) => p50)),
    p99: median(all.map(({ p99 }) => p99)),
  };
}

function fail(message: string): never {
  throw new Error(message);
}
