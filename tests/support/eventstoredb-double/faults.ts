/** What goes wrong next in one log; counts go down as it does. */
export class Faults {
  /** Each append is carried out so many milliseconds late. */
  slowMs = 0;
  lostReplies = 0;
  doubledReplies = 0;
  tornReplies = 0;
  private readonly refusals: string[] = [];

  refuse(count: number, reason: Refusal): void {
    for (let i = 0; i < count; i++) this.refusals.push(reason);
  }

  /** Why the next append is refused, if it is. */
  refusal(): string | undefined {
    return this.refusals.shift();
  }

  /** Does it happen now? */
  strikes(fault: 'lostReplies' | 'doubledReplies' | 'tornReplies'): boolean {
    if (this[fault] === 0) return false;
    this[fault] -= 1;
    return true;
  }
}

/** In the server's own words. */
export type Refusal = 'Server Is Busy' | 'Server Is Not Ready';
