import { PeerProcess } from './peer-client.js';
import { type Progress } from './progress.js';
import { type Appends, type Measured } from './protocol.js';
import { type Database, type Server } from './server.js';
import { median } from './statistics.js';

/** One way of appending that all peers are measured by. */
export type AppendCase = Pick<Appends, 'callers' | 'eventsPerAppend' | 'streams'>;

export interface AppendResult extends AppendCase {
  readonly peer: string;
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
  peerNames: readonly string[],
  cases: readonly AppendCase[],
  { rounds, seconds }: Extent,
  progress: Progress,
): Promise<AppendResult[]> {
  const results = peerNames.flatMap((peer) =>
    cases.map((each) => ({ ...each, peer, rounds: [] as Measured[] })),
  );
  const peers = peerNames.map((name) => new PeerProcess(name));
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const databases = await prepare(server, peers);
      for (const each of cases)
        for (const { peer, database } of databases) {
          progress(`round ${round}: ${describe(each)}, ${peer.name}`);
          const measured = await peer.append(database.url, {
            ...each,
            seconds,
            warmUpSeconds: round === 1 ? 1 : 0.5,
          });
          results
            .find((result) => result.peer === peer.name && isSame(result, each))
            ?.rounds.push(measured);
        }
      for (const { database } of databases) await database.drop();
    }
  } finally {
    for (const peer of peers) await peer.stop();
  }
  return results.map(({ rounds: all, ...result }) => ({
    ...result,
    measured: {
      eventsPerSecond: median(all.map(({ eventsPerSecond }) => eventsPerSecond)),
      p50: median(all.map(({ p50 }) => p50)),
      p99: median(all.map(({ p99 }) => p99)),
    },
  }));
}

async function prepare(
  server: Server,
  peers: readonly PeerProcess[],
): Promise<{ peer: PeerProcess; database: Database }[]> {
  const prepared: { peer: PeerProcess; database: Database }[] = [];
  for (const peer of peers) {
    const database = await server.createDatabase();
    await peer.prepare(database.url);
    prepared.push({ peer, database });
  }
  return prepared;
}

function describe({ callers, eventsPerAppend, streams }: AppendCase): string {
  const what = eventsPerAppend === 1 ? '' : `, ${eventsPerAppend} events each`;
  return `${callers} callers${streams === 'one' ? ' of one stream' : ''}${what}`;
}

function isSame(a: AppendCase, b: AppendCase): boolean {
  return (
    a.callers === b.callers && a.eventsPerAppend === b.eventsPerAppend && a.streams === b.streams
  );
}
