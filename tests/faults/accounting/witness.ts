import { setTimeout as sleep } from 'node:timers/promises';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { type Position } from '../../../src/event-store/position.js';
import { judge, type Reading } from './judge.js';
import { Ledger } from './ledger.js';
import { type LogLine } from './log-line.js';
import { makeReport, type Report } from './report.js';
import { Subscriber } from './subscriber.js';

interface Reader extends Reading {
  /** Everything up to here was handed out to it. */
  readonly checkpoint: Position;
  /** Its reading is complete then. */
  stop(): Promise<void>;
}

interface ReportOptions {
  readonly limitMs?: number | undefined;
  readonly readings?: readonly Reading[];
}

/** Knows what writers were told and what readers were given, and gives evidence when all is over. */
export class Witness {
  readonly ledger = new Ledger();
  private readonly readers: Reader[] = [];
  private readonly recoveriesMs: number[] = [];

  /** A reader of everything after a position, until `report`. */
  follow(reader: string, store: EventStore, after?: Position): Subscriber {
    const subscriber = new Subscriber(reader, store, after);
    return this.watch(subscriber);
  }

  /** Another reader of everything after a position, until `report`. */
  watch<R extends Reader>(reader: R): R {
    this.readers.push(reader);
    return reader;
  }

  /** Until so many more appends are acknowledged. */
  async acknowledges(more: number): Promise<void> {
    const enough = this.ledger.acknowledged + more;
    const deadline = performance.now() + patienceMs;
    while (this.ledger.acknowledged < enough) {
      if (performance.now() > deadline) throw new Error(`Not ${more} appends in ${patienceMs} ms`);
      await sleep(5);
    }
  }

  /**
   * Until an append that begins from now on is acknowledged, and every reader has been given it; how long that took
   * is noted.
   *
   * @param limitMs After which it is noted as for ever; left out, it must happen.
   * @throws when it must, and does not.
   */
  async recovers(limitMs?: number, since = performance.now()): Promise<void> {
    const deadline = since + (limitMs ?? patienceMs);
    let position: Position | undefined;
    const isBack = (): boolean => {
      position ??= this.ledger.acknowledgedSince(since);
      return position !== undefined && this.haveReached(position);
    };
    while (!isBack()) {
      if (performance.now() > deadline) {
        if (limitMs === undefined) throw new Error(`No recovery in ${patienceMs} ms`);
        this.recoveriesMs.push(Infinity);
        return;
      }
      await sleep(2);
    }
    this.recoveriesMs.push(performance.now() - since);
  }

  /**
   * Lets readers come to the end of the log, ends them, and compares.
   *
   * @param readings Of others, which are complete.
   */
  async report(
    scenario: string,
    log: readonly LogLine[],
    { limitMs = patienceMs, readings = [] }: ReportOptions = {},
  ): Promise<Report> {
    const end = log.at(-1)?.position ?? 0n;
    const deadline = performance.now() + limitMs;
    while (!this.haveReached(end) && performance.now() < deadline) await sleep(5);
    await this.stop();
    const faults = judge(this.ledger, log, [...this.readers, ...readings]);
    return makeReport(scenario, this.ledger, faults, this.recoveriesMs);
  }

  /** Ends the readers; nothing when they have ended. */
  async stop(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.stop()));
  }

  private haveReached(position: Position): boolean {
    return this.readers.every(({ checkpoint }) => checkpoint >= position);
  }
}

const patienceMs = 60_000;
