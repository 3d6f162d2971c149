import { type EventStore } from '../../../src/event-store/event-store.js';
import { type Report } from '../accounting/report.js';
import { Witness } from '../accounting/witness.js';
import { type Adapter } from './adapter.js';
import { WriterProcess } from './writer-process.js';
import { Writer, type WriterOptions } from './writer.js';

/** A log in an empty database, its writers and readers, and an end to all of it. */
export class Stage {
  readonly witness = new Witness();
  private readonly writers = new Set<Writer | WriterProcess>();
  private readonly ends: (() => Promise<unknown>)[] = [];

  /** @param url How stores reach the log. */
  constructor(
    readonly adapter: Adapter,
    readonly url: string,
  ) {}

  /** Something to do at the end; the last one said is done first. */
  afterwards(end: () => Promise<unknown>): void {
    this.ends.push(end);
  }

  /** A store on the log; of another adapter, if told. */
  open(url = this.url, adapter = this.adapter): EventStore {
    const { store, close } = adapter.open(url);
    this.afterwards(close);
    return store;
  }

  /** So many writers, through one store. */
  write(store: EventStore, count: number, options: WriterOptions = {}): void {
    for (let n = 0; n < count; n += 1)
      this.writers.add(new Writer(store, `first-${n}`, this.witness.ledger.record, options));
  }

  /** So many writers in a process of their own, which ends with the others if it was not killed. */
  writeInProcess(name: string, count: number, options: WriterOptions = {}): WriterProcess {
    const settings = { adapter: this.adapter.name, url: this.url, name, writers: count, options };
    const writers = WriterProcess.start(settings, this.witness.ledger.record);
    this.writers.add(writers);
    return writers;
  }

  async stopWriters(): Promise<void> {
    const all = [...this.writers];
    this.writers.clear();
    await Promise.all(all.map((writer) => writer.stop()));
  }

  /**
   * Makes the log, lets things happen, lets writers finish and readers come to the end, and compares.
   *
   * @param limitMs How long readers may take to come to the end.
   */
  async play(
    scenario: string,
    happen: (stage: this) => Promise<void>,
    limitMs?: number,
  ): Promise<Report> {
    try {
      await this.adapter.prepare(this.url);
      await happen(this);
      await this.stopWriters();
      const log = await this.adapter.read(this.url);
      return await this.witness.report(scenario, log, { limitMs });
    } finally {
      await this.end();
    }
  }

  /** Whatever happened before. */
  private async end(): Promise<void> {
    await Promise.allSettled([this.stopWriters(), this.witness.stop()]);
    for (const end of this.ends.reverse()) await end();
  }
}
