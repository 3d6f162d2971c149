/**
 * For what takes long in a process that also answers requests: it is done in slices, and between two of them everybody
 * else has a turn of the event loop. All who wait here share one lane, so that however many they are, there is one slice
 * in a turn.
 */
export async function inSlices<T>(items: Iterable<T>, act: (item: T) => void): Promise<void> {
  let until = performance.now() + sliceMs;
  let done = 0;
  for (const item of items) {
    done += 1;
    if (done % itemsAtLeast === 0 && performance.now() > until) {
      await nextTurn();
      until = performance.now() + sliceMs;
    }
    act(item);
  }
}

/** Resolves in the next turn of the event loop that nobody else was promised. */
export function nextTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}

let last: Promise<void> = Promise.resolve();

/** A request takes some turns; this is short enough to be lost in it. */
const sliceMs = 4;
/** To look at the clock for each would cost a twentieth of what folding an event does. */
const itemsAtLeast = 8;
