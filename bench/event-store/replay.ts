import { type Replayed } from './protocol.js';

/** Times a reading, and looks at the memory of this process meanwhile. */
export async function measureReplay(
  replay: (read: (events: number) => void) => Promise<void>,
): Promise<Replayed> {
  let events = 0;
  let sampled = performance.now();
  const started = sampled;
  const samples = [{ events, memory: process.memoryUsage.rss() }];
  await replay((count) => {
    events += count;
    // By the way, not by a timer: that would not fire while the loop is busy.
    if (performance.now() < sampled + sampleEveryMs) return;
    sampled = performance.now();
    samples.push({ events, memory: process.memoryUsage.rss() });
  });
  const seconds = (performance.now() - started) / 1000;
  const highest = (until: number): number =>
    samples.reduce((most, each) => (each.events <= until ? Math.max(most, each.memory) : most), 0);
  return {
    events,
    seconds,
    memoryBefore: samples[0]?.memory ?? 0,
    memoryInFirstTenth: highest(events / 10),
    memoryHighest: highest(events),
  };
}

const sampleEveryMs = 20;
