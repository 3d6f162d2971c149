import { type Position } from '../../../src/event-store/position.js';

/** One append, as a writer sends it. */
export interface SentAppend {
  /** Unique among all appends of all writers. */
  readonly key: string;
  /** Who sends one append after the other: of two acknowledged ones, the first stands before the second. */
  readonly writer: string;
  /** One for each event, unique, and found in its data: so an event is known again, whatever id it was given. */
  readonly marks: readonly string[];
}

export type Answer =
  | {
      readonly told: 'acknowledged';
      readonly stream: string;
      /** Of the last event. */
      readonly revision: number;
      /** Of the last event, as text: it travels as JSON. */
      readonly position: string;
    }
  /** It has not happened, and will not. */
  | { readonly told: 'refused'; readonly why: string }
  /** It may have happened. The writer repeats it, gives up, or is dead. */
  | { readonly told: 'unknown'; readonly why: string };

/** What a writer says, in this process or in another one. */
export type Notice =
  { readonly began: SentAppend } | { readonly ended: SentAppend['key']; readonly answer: Answer };

export interface LedgerEntry {
  readonly append: SentAppend;
  /** By this process's clock, in ms. */
  readonly beganAt: number;
  /** The last one; `undefined` while there is none, or when its writer died. */
  answer: Answer | undefined;
}

/** What all writers sent, and what they were told of it. */
export class Ledger {
  private readonly byKey = new Map<string, LedgerEntry>();
  private newest = { beganAt: -1, position: 0n };
  private unknownAnswers = 0;
  private acknowledgements = 0;

  readonly record = (notice: Notice): void => {
    if ('began' in notice) {
      const { began } = notice;
      this.byKey.set(began.key, { append: began, beganAt: performance.now(), answer: undefined });
      return;
    }
    const entry = this.byKey.get(notice.ended);
    if (entry === undefined) throw new Error(`Nothing began that is called ${notice.ended}`);
    entry.answer = notice.answer;
    if (notice.answer.told === 'unknown') this.unknownAnswers += 1;
    if (notice.answer.told !== 'acknowledged') return;
    this.acknowledgements += 1;
    const position = BigInt(notice.answer.position);
    if (entry.beganAt >= this.newest.beganAt) this.newest = { beganAt: entry.beganAt, position };
  };

  /** In the order they began. */
  get entries(): Iterable<LedgerEntry> {
    return this.byKey.values();
  }

  get acknowledged(): number {
    return this.acknowledgements;
  }

  /** Answers that left it open, also those that became clear later, and appends whose writer died before its answer. */
  get unknown(): number {
    const silent = [...this.entries].filter(({ answer }) => answer === undefined);
    return this.unknownAnswers + silent.length;
  }

  /** Of the acknowledged append that began last, if it began after a time; where it stands. */
  acknowledgedSince(time: number): Position | undefined {
    return this.newest.beganAt >= time ? this.newest.position : undefined;
  }
}
