/**
 * Calls `onRing` when some process appended, with the name it rang by, or without one when rings may have been missed.
 * The function it gives back ends that. It reconnects by itself.
 */
export type Listen = (onRing: (name: string | undefined) => void) => () => Promise<void>;

/** Rings at all processes that listen, also at our own, by a name. */
export type Ring = (name: string) => Promise<void>;

/**
 * Tells other processes about appends and hears of theirs. The appends themselves do not notify: a transaction that does
 * waits for every other one in the whole server, and under load one ring can tell of many batches.
 */
export class OtherProcesses {
  private readonly stopListening: () => Promise<void>;
  private ringing: Promise<void> = Promise.resolve();
  private isRinging = false;
  private isToBeRungAgain = false;

  /**
   * @param name Nobody else's: our own rings come back to us.
   * @param listen Left out, nothing is heard.
   */
  constructor(
    private readonly name: string,
    private readonly ring: Ring,
    listen: Listen | undefined,
    onAppended: () => void,
  ) {
    this.stopListening =
      listen?.((ringer) => {
        if (ringer !== name) onAppended();
      }) ?? (() => Promise.resolve());
  }

  /** Something was appended here. They hear of it now, or when the last ring is some ms ago. */
  tell(): void {
    if (this.isRinging) this.isToBeRungAgain = true;
    else this.ringing = this.ringOut();
  }

  async close(): Promise<void> {
    await this.stopListening();
    await this.ringing;
  }

  private async ringOut(): Promise<void> {
    this.isRinging = true;
    // A lost ring does no harm: they look each second.
    await this.ring(this.name).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, ringEveryMs));
    this.isRinging = false;
    if (!this.isToBeRungAgain) return;
    this.isToBeRungAgain = false;
    this.tell();
  }
}

const ringEveryMs = 5;
