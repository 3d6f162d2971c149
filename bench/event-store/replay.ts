import { type Replayed } from './protocol.js';

/** Times a reading, and looks at the memory of this process meanwhile. */
export async function measureReplay(
  replay: (read: (events: number) => void) => Promise<void>,
): Promise<Replayed> {
  let events = 0;
  const memoryBefore = process.memoryUsage.rss();
  let memoryHighest = memoryBefore;
  let sampled = performance.now();
  const started = sampled;
  await replay((count) => {
    events += count;
    // By the way, not by a timer: that would not fire while the loop is busy.
    if (performance.now() < sampled + sampleEveryMs) return;
    sampled = performance.now();
    memoryHighest = Math.max(memoryHighest, process.memoryUsage.rss());
  });
  const seconds = (performance.now() - started) / 1000;
  return { events, seconds, memoryBefore, memoryHighest };
}

const sampleEveryMs = 20;
