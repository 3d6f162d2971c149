import { fillLog } from './fill.js';
import { PeerProcess } from './peer-client.js';
import { type Progress } from './progress.js';
import { type Replayed } from './protocol.js';
import { type Server } from './server.js';
import { median } from './statistics.js';

export interface ReplayResult {
  readonly peer: string;
  readonly events: number;
  /** Median over the rounds. */
  readonly eventsPerSecond: number;
  /** Resident set in bytes: before the first round, and the highest of all. */
  readonly memoryBefore: number;
  readonly memoryHighest: number;
}

/** Watchbook's log, filled once and read in turns by the store and by COPY. */
export async function measureReplaying(
  server: Server,
  events: number,
  rounds: number,
  progress: Progress,
): Promise<ReplayResult[]> {
  const peers = ['watchbook', 'copy'].map((name) => new PeerProcess(name));
  const results = new Map<PeerProcess, Replayed[]>(peers.map((peer) => [peer, []]));
  const database = await server.createDatabase();
  try {
    progress(`filling the log with ${events} events`);
    for (const peer of peers) await peer.prepare(database.url);
    await fillLog(database.url, events);
    for (let round = 1; round <= rounds; round += 1)
      for (const peer of peers) {
        progress(`round ${round}: replay, ${peer.name}`);
        results.get(peer)?.push(await peer.replay(database.url));
      }
  } finally {
    for (const peer of peers) await peer.stop();
  }
  await database.drop();
  return [...results].map(([{ name }, all]) => ({
    peer: name,
    events: all[0]?.events ?? 0,
    eventsPerSecond: median(all.map((each) => each.events / each.seconds)),
    memoryBefore: all[0]?.memoryBefore ?? NaN,
    memoryHighest: Math.max(...all.map(({ memoryHighest }) => memoryHighest)),
  }));
}
