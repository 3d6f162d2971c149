/** Lets those who want the same thing have it one after the other, in the order in which they came. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  take<T>(thing: string, action: () => Promise<T>): Promise<T> {
    const before = this.last.get(thing) ?? Promise.resolve();
    const turn = before.then(action);
    const over: Promise<unknown> = turn
      .catch(() => undefined)
      .then(() => {
        if (this.last.get(thing) === over) this.last.delete(thing);
      });
    this.last.set(thing, over);
    return turn;
  }

  /** Until everybody has had their turn who wants one now. */
  async allTaken(): Promise<void> {
    await Promise.all(this.last.values());
  }
}
