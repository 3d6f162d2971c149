import { refusalsStream, type StreamId } from '../event-store/stream-id.js';
import { type CommandContext } from './context.js';
import { type EventWriter } from './event-writer.js';

/**
 * Writes refused commands into a stream of the one who was refused. An actor who is refused all the time fills a
 * bounded part of the log only: what is left out is counted, and told with the next refusal that is recorded.
 */
export class RefusalRecorder {
  private readonly budgets = new Map<string, Budget>();

  constructor(private readonly now: () => number = Date.now) {}

  async record(
    context: CommandContext,
    refused: { readonly command: string; readonly target: StreamId; readonly reason: string },
    write: EventWriter,
  ): Promise<void> {
    const actorId = context.actor.id;
    const unrecorded = this.spend(actorId);
    if (unrecorded === undefined) return;
    await write(refusalsStream(actorId), 'any', [
      { type: 'CommandRefused', data: { actorId, ...refused, unrecorded } },
    ]);
  }

  /** How many were left out before this one; `undefined` when this one is left out, too. */
  private spend(actorId: string): number | undefined {
    const now = this.now();
    const budget = this.budgets.get(actorId) ?? { left: burst, refilledAt: now, unrecorded: 0 };
    const refill = Math.floor((now - budget.refilledAt) / refillEveryMs);
    const left = Math.min(burst, budget.left + refill);
    const refilledAt = budget.refilledAt + refill * refillEveryMs;
    this.budgets.delete(actorId);
    this.forgetTheOldest();
    if (left === 0) {
      this.budgets.set(actorId, { left, refilledAt, unrecorded: budget.unrecorded + 1 });
      return undefined;
    }
    this.budgets.set(actorId, { left: left - 1, refilledAt, unrecorded: 0 });
    return budget.unrecorded;
  }

  private forgetTheOldest(): void {
    for (const actorId of this.budgets.keys()) {
      if (this.budgets.size < maxActors) return;
      this.budgets.delete(actorId);
    }
  }
}

interface Budget {
  readonly left: number;
  readonly refilledAt: number;
  readonly unrecorded: number;
}

const burst = 30;
const refillEveryMs = 20_000;
const maxActors = 10_000;
