import { type Position, start } from '../event-store/position.js';

/** Knows how far the read models have come, and wakes whoever waits for a position. */
export class ReadModelGate {
  private reached: Position = start;
  private waiting: { position: Position; wake(): void }[] = [];

  get position(): Position {
    return this.reached;
  }

  advance(position: Position): void {
    if (position <= this.reached) return;
    this.reached = position;
    const ready = this.waiting.filter((waiter) => waiter.position <= position);
    if (ready.length === 0) return;
    this.waiting = this.waiting.filter((waiter) => waiter.position > position);
    for (const waiter of ready) waiter.wake();
  }

  /** Begins anew at a position, which may be an earlier one. */
  restart(position: Position): void {
    this.reached = start;
    this.advance(position);
  }

  get isAwaited(): boolean {
    return this.waiting.length > 0;
  }

  /** Whether the position was reached before the time was up; `timeoutMs` in milliseconds. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    if (position <= this.reached) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter = {
        position,
        wake: (): void => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((other) => other !== waiter);
        resolve(false);
      }, timeoutMs);
      this.waiting.push(waiter);
    });
  }
}
