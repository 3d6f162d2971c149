/**
 * Calls `onRing` when somebody appended, with the server's process that did it, or without one when notifications may
 * have been missed. The function it gives back ends that. It reconnects by itself.
 */
export type Listen = (onRing: (backend: number | undefined) => void) => () => Promise<void>;

/**
 * Wakes subscribers when something was appended: by this process at once, by others through NOTIFY.
 * Ringing is a hint and may get lost; the truth is the poll each second.
 */
export class Doorbell {
  private rings = 0;
  private readonly sleepers = new Set<() => void>();
  private readonly stopListening: () => Promise<void>;

  /** @param isOwn Tells our own appends, which have rung already, by the server's process. */
  constructor(listen: Listen | undefined, isOwn: (backend: number) => boolean) {
    const onRing = (backend: number | undefined): void => {
      if (backend === undefined || !isOwn(backend)) this.ring();
    };
    this.stopListening = listen?.(onRing) ?? (() => Promise.resolve());
  }

  ring(): void {
    this.rings += 1;
    for (const wake of [...this.sleepers]) wake();
  }

  /** A mark to wait from. */
  silence(): number {
    return this.rings;
  }

  /** Until it rings, or has rung since the mark, or a second is over, or the signal. */
  async wait(since: number, signal: AbortSignal): Promise<void> {
    if (this.rings !== since || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, pollMs);
      signal.addEventListener('abort', wake);
      this.sleepers.add(wake);
    });
  }

  async close(): Promise<void> {
    await this.stopListening();
  }
}

const pollMs = 1_000;
