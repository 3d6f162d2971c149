/**
 * Wakes subscribers when something was appended. Ringing is a hint and may get lost; the truth is the poll each second.
 */
export class Doorbell {
  private rings = 0;
  private readonly sleepers = new Set<() => void>();

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
}

const pollMs = 1_000;
