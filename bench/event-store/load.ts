import { Service } from './events.js';
import { Conflict, type PeerLog } from './peers/peer.js';
import { type Appends, type Measured } from './protocol.js';
import { quantile } from './statistics.js';

/** Opens a peer's log and appends to it with so many callers, each of whom waits for its answer and goes on. */
export async function measureAppends(
  open: () => Promise<PeerLog>,
  { streams, callers, eventsPerAppend, seconds, warmUpSeconds }: Appends,
): Promise<Measured> {
  const log = await open();
  try {
    const call = streams === 'one' ? callersOfOneStream(log) : callersOfDistinctStreams(log);
    const latencies = await load(
      Array.from({ length: callers }, () => call(eventsPerAppend)),
      {
        seconds,
        warmUpSeconds,
      },
    );
    const eventsPerSecond = (latencies.length * eventsPerAppend) / seconds;
    return { eventsPerSecond, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  } finally {
    await log.close();
  }
}

type Caller = () => Promise<void>;

/** Each takes turns with services of its own, so that there are no conflicts. */
function callersOfDistinctStreams(log: PeerLog): (eventsPerAppend: number) => Caller {
  return (eventsPerAppend) => {
    const services = Array.from({ length: servicesPerCaller }, () => new Service());
    let turn = 0;
    return async () => {
      const service = services[turn++ % services.length] ?? new Service();
      await log.append(service.stream, service.revision, service.next(eventsPerAppend));
      service.revision += eventsPerAppend;
    };
  };
}

const servicesPerCaller = 50;

/** All want the same stream; who loses tries again with the revision they were told. */
function callersOfOneStream(log: PeerLog): (eventsPerAppend: number) => Caller {
  const service = new Service();
  return (eventsPerAppend) => {
    let known = service.revision;
    return async () => {
      const events = service.next(eventsPerAppend);
      for (;;) {
        try {
          await log.append(service.stream, known, events);
          known += eventsPerAppend;
          return;
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
          known = error.actual;
        }
      }
    };
  };
}

/** @returns How long each call took, in ms, that came back within the seconds that count, or the first one after. */
async function load(
  callers: readonly Caller[],
  { seconds, warmUpSeconds }: Pick<Appends, 'seconds' | 'warmUpSeconds'>,
): Promise<number[]> {
  const begin = performance.now() + warmUpSeconds * 1000;
  const end = begin + seconds * 1000;
  const latencies: number[] = [];
  await Promise.all(
    callers.map(async (call) => {
      for (let started = performance.now(); started < end;) {
        await call();
        const now = performance.now();
        if (now >= begin && (now < end || latencies.length === 0)) latencies.push(now - started);
        started = now;
      }
    }),
  );
  return latencies;
}
