/**
 * Wakes subscribers when something was appended. Ringing is a hint and may get lost; the truth is the poll.
 */
export class Doorbell {
  private rings = 0;
  private readonly sleepers = new Set<() => void>();

  /** @param pollMs How long they sleep at the most. */
  constructor(private readonly pollMs = 1_000) {}

  ring(): void {
    this.rings += 1;
    for (const wake of [...this.sleepers]) wake();
  }

  /** A mark to wait from. */
  silence(): number {
    return this.rings;
  }

  /** Until it rings, or has rung since the mark, or the time to poll has come, or the signal. */
  async wait(since: number, signal: AbortSignal): Promise<void> {
    if (this.rings !== since || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, this.pollMs);
      signal.addEventListener('abort', wake);
      this.sleepers.add(wake);
    });
  }
}
