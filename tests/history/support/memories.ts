import { expect } from '@jest/globals';
import { type Answer, type Person, type TestApp } from '../../support/test-app.js';
import { type Ledger } from '../../resources/support/log.js';

/** Something that could be seen at a time, and what it was. */
export interface Memory {
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

/** What everything looked like, time after time, written down while it was so. */
export class Memories {
  readonly #kept: {
    /** The first millisecond in which something was different. */
    readonly since: string;
    readonly time: string;
    readonly seen: readonly Memory[];
  }[] = [];

  constructor(
    private readonly app: TestApp,
    private readonly ledger: Ledger,
    private readonly reader: Person,
    private readonly paths: () => readonly string[],
  ) {}

  /** Does something, and keeps what can be seen when it has happened. */
  async after(happens: () => Promise<unknown>): Promise<void> {
    const position = await this.ledger.end();
    await happens();
    const [since = ''] = await this.ledger.timesAfter(position);
    const seen = await Promise.all(this.paths().map((path) => this.see(path)));
    this.#kept.push({ since, time: await this.ledger.lastTime(), seen });
    // The next thing that happens shall not happen in the same millisecond.
    await new Promise((resolve) => setTimeout(resolve, 3));
  }

  get times(): readonly string[] {
    return this.#kept.map(({ time }) => time);
  }

  /** Everything must look as it did, at every time that was kept, and until the very last millisecond of it. */
  async expectAllTrue(): Promise<void> {
    for (const [index, { time, seen }] of this.#kept.entries()) {
      const next = this.#kept[index + 1]?.since;
      const asLongAs = next === undefined ? [] : [new Date(Date.parse(next) - 1).toISOString()];
      for (const moment of [time, ...asLongAs])
        for (const { path, status, body } of seen) {
          const again = await this.see(path, moment);
          expect([moment, path, again.status, again.body]).toEqual([moment, path, status, body]);
        }
    }
  }

  private async see(path: string, moment?: string): Promise<Memory> {
    const query = `${path.includes('?') ? '&' : '?'}as_of=${moment ?? ''}`;
    const where = moment === undefined ? path : `${path}${query}`;
    const answer: Answer = await this.app.call('GET', where, { as: this.reader });
    const body = answer.status === 200 ? answer.body : answer.body['detail'];
    return { path, status: answer.status, body };
  }
}
