import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { v5 as uuidV5 } from 'uuid';
import { z } from 'zod';
import {
  EventStoreOverloaded,
  EventStoreUnavailable,
  WrongExpectedRevision,
} from '../../../src/event-store/errors.js';
import { type EventStore, type ExpectedRevision } from '../../../src/event-store/event-store.js';
import { type StreamId, tagStream } from '../../../src/event-store/stream-id.js';
import { newEvent } from '../../event-store/support/events.js';
import { type Answer, type Notice, type SentAppend } from '../accounting/ledger.js';

/** An append with all that is needed to send it again. */
export interface PlannedAppend extends SentAppend {
  readonly stream: StreamId;
  readonly expected: ExpectedRevision;
}

export const WriterOptions = z.strictObject({
  /** When the outcome is unknown: as it must be, or as if nothing had happened. */
  repeats: z.enum(['with the same ids', 'with new ids']).optional(),
  /** Some appends are of a kind that `makeCommitsHard` makes fail, or take long. */
  hardCommits: z.boolean().optional(),
  /** At most, between two appends. */
  pauseMs: z.number().optional(),
});

export type WriterOptions = Readonly<z.infer<typeof WriterOptions>>;

/** Appends one after the other, to a stream of its own and to streams it shares, until it is stopped. */
export class Writer {
  private isStopping = false;
  private readonly name: string;
  private readonly own: StreamId = tagStream(randomUUID());
  private ownRevision = -1;
  private contestedRevision = -1;
  private readonly writing: Promise<void>;

  constructor(
    private readonly store: EventStore,
    name: string,
    private readonly say: (notice: Notice) => void,
    private readonly options: WriterOptions = {},
  ) {
    this.name = `${name}-${randomUUID().slice(0, 8)}`;
    this.writing = this.write();
  }

  /** What was begun is repeated until it is known, or for 20 s. @throws what no append may end with */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.writing;
  }

  private async write(): Promise<void> {
    const { repeats, pauseMs = 30 } = this.options;
    for (let ordinal = 0; !this.isStopping; ordinal += 1) {
      const append = this.plan(ordinal);
      this.say({ began: append });
      const answer = await send(this.store, append, this.say, repeats);
      this.learn(append, answer);
      await sleep(Math.random() * pauseMs);
    }
  }

  private plan(ordinal: number): PlannedAppend {
    const key = `${this.name}/${ordinal}`;
    const { writer, kind } = { writer: this.name, kind: this.kindOf(ordinal) };
    const marks = Array.from({ length: 1 + (ordinal % 3) }, (_, n) => `${kind} ${key}.${n}`);
    const append = { key, writer, marks };
    if (ordinal % 8 === 6) return { ...append, stream: shared, expected: 'any' };
    if (ordinal % 8 === 7)
      return { ...append, stream: contested, expected: exactly(this.contestedRevision) };
    return { ...append, stream: this.own, expected: exactly(this.ownRevision) };
  }

  private kindOf(ordinal: number): string {
    if (this.options.hardCommits !== true) return 'event';
    return { 3: 'doomed', 10: 'slow' }[ordinal % 16] ?? 'event';
  }

  /** Where the stream is after an answer. */
  private learn({ stream }: PlannedAppend, answer: Outcome): void {
    const revision = answer.told === 'acknowledged' ? answer.revision : answer.actual;
    if (revision === undefined) return;
    if (stream === this.own) this.ownRevision = revision;
    if (stream === contested) this.contestedRevision = Math.max(revision, -1);
  }
}

/** Repeats an append whose writer died, as another process would: by what it announced. */
export async function repeat(
  store: EventStore,
  append: PlannedAppend,
  say: (notice: Notice) => void,
): Promise<void> {
  await send(store, append, say);
}

type Outcome = Answer & { readonly actual?: number };

/** Sends until the outcome is known, and says each answer. */
async function send(
  store: EventStore,
  append: PlannedAppend,
  say: (notice: Notice) => void,
  repeats: WriterOptions['repeats'] = 'with the same ids',
): Promise<Outcome> {
  const { key, stream, expected, marks } = append;
  const deadline = performance.now() + patienceMs;
  for (let attempt = 0; ; attempt += 1) {
    // Whoever believes that nothing happened looks where the stream is, and does it anew.
    const isAnew = repeats === 'with new ids' && attempt > 0;
    const salt = isAnew ? ` ${attempt}` : '';
    const events = marks.map((mark) =>
      newEvent(
        { type: 'TagRenamed', data: { tagId: noTag, name: mark } },
        uuidV5(`${mark}${salt}`, namespace),
      ),
    );
    let answer: Outcome;
    try {
      const { revision, position } = await store.append(stream, isAnew ? 'any' : expected, events);
      answer = { told: 'acknowledged', stream, revision, position: position.toString() };
    } catch (error) {
      answer = meaningOf(error);
    }
    say({ ended: key, answer });
    if (answer.told !== 'unknown' || performance.now() > deadline) return answer;
    await sleep(retryMs);
  }
}

function meaningOf(error: unknown): Outcome {
  const why = error instanceof Error ? error.message : String(error);
  if (error instanceof WrongExpectedRevision) return { told: 'refused', why, actual: error.actual };
  const isUnknown = error instanceof EventStoreUnavailable || error instanceof EventStoreOverloaded;
  return { told: isUnknown ? 'unknown' : 'refused', why };
}

function exactly(revision: number): ExpectedRevision {
  return revision < 0 ? 'no-stream' : revision;
}

const patienceMs = 20_000;
const retryMs = 20;
const namespace = '5a0f63a7-1f1c-4f1e-9d0a-1c2f6c4c8a11';
const noTag = '00000000-0000-4000-8000-000000000000';
const shared: StreamId = 'tag-shared';
const contested: StreamId = 'tag-contested';
