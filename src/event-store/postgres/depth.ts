/**
 * How many batches should be on their way at once. With two, the server works on one while this side deals with the
 * other; but each holds half of the appends, and a commit is shared by half as many. So a second one pays where a commit
 * takes less time than this side needs for all that is outstanding.
 */
export class Depth {
  private commitMs = 1;
  private lastAnswerAt = 0;

  /** @param outstanding Appends that wait or are on their way. */
  of(outstanding: number): 1 | 2 {
    return this.commitMs < outstanding * ownMsPerAppend ? 2 : 1;
  }

  /**
   * @param sentAt As `performance.now()` told it, as `answeredAt`.
   * @param took The server's work in ms, without the commit.
   */
  learn(sentAt: number, answeredAt: number, took: number): void {
    // It began when it was there and the one before was done.
    const commitMs = answeredAt - Math.max(sentAt, this.lastAnswerAt) - took;
    this.lastAnswerAt = answeredAt;
    this.commitMs += (commitMs - this.commitMs) * weightOfLast;
  }
}

/**
 * What an append costs this side: checking, encoding, sending, and waking whoever waits for it. Measured; a factor of two
 * more or less makes no difference to speak of.
 */
const ownMsPerAppend = 0.02;
const weightOfLast = 0.1;
