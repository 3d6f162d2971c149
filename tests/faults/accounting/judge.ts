import { type Position } from '../../../src/event-store/position.js';
import { type Ledger, type LedgerEntry } from './ledger.js';
import { type LogLine } from './log-line.js';

/** What must never be found; the explanations say what was meant to be where. */
export interface Faults {
  /** Acknowledged or handed out, and not in the log, or not at its place. */
  readonly lost: string[];
  /** In the log twice, or handed out twice. */
  readonly doubled: string[];
  /** In the log, and never handed out by a reader. */
  readonly skipped: string[];
  /** A reader went back, or a writer's later append stands before its earlier one. */
  readonly outOfOrder: string[];
  /** In the log without anybody's doing: refused, half of an append, or never sent. */
  readonly unaccounted: string[];
}

export type Fault = keyof Faults;

/** What a reader of the whole log was given, in its order. */
export interface Reading {
  readonly reader: string;
  /** Where it began. */
  readonly after: Position;
  readonly handedOut: readonly Pick<LogLine, 'position' | 'id'>[];
}

/** Compares what writers were told, and what readers were given, with what stands in the log when all is over. */
export function judge(
  ledger: Ledger,
  log: readonly LogLine[],
  readings: readonly Reading[],
): Faults {
  const faults: Faults = { lost: [], doubled: [], skipped: [], outOfOrder: [], unaccounted: [] };
  const byMark = groupBy(
    log.filter(({ mark }) => mark !== undefined),
    ({ mark }) => mark ?? '',
  );
  judgeLog(log, faults);
  for (const entry of ledger.entries) judgeAppend(entry, byMark, faults);
  const sent = new Set([...ledger.entries].flatMap(({ append }) => append.marks));
  for (const mark of byMark.keys())
    if (!sent.has(mark)) faults.unaccounted.push(`${mark} was sent by nobody`);
  judgeOrder(ledger, faults);
  for (const reading of readings) judgeReading(reading, log, faults);
  return faults;
}

function judgeLog(log: readonly LogLine[], { doubled, outOfOrder }: Faults): void {
  for (const [id, lines] of groupBy(log, (line) => line.id))
    if (lines.length > 1) doubled.push(`Event ${id} stands at ${places(lines)}`);
  for (const [stream, lines] of groupBy(log, (line) => line.stream)) {
    const ordered = lines.toSorted((a, b) => a.revision - b.revision);
    const late = ordered.findIndex(
      ({ position }, index) => position <= (ordered[index - 1]?.position ?? -1n),
    );
    if (late >= 0)
      outOfOrder.push(`Of ${stream}: ${places(ordered.slice(Math.max(0, late - 1), late + 1))}`);
  }
}

function judgeAppend(
  { append, answer }: LedgerEntry,
  byMark: ReadonlyMap<string, readonly LogLine[]>,
  { lost, doubled, unaccounted }: Faults,
): void {
  const { key, marks } = append;
  const found = marks.flatMap((mark) => byMark.get(mark) ?? []);
  for (const mark of marks) {
    const lines = byMark.get(mark) ?? [];
    if (lines.length > 1) doubled.push(`${mark} stands at ${places(lines)}`);
  }
  if (answer?.told === 'acknowledged') {
    const { stream, revision, position } = answer;
    const isThere = marks.every((mark, index) =>
      byMark
        .get(mark)
        ?.some(
          (line) => line.stream === stream && line.revision === revision - marks.length + 1 + index,
        ),
    );
    const stands = found.some((line) => line.position === BigInt(position));
    if (!isThere || !stands)
      lost.push(`${key}, acknowledged at ${position} as ${stream}/${revision}: ${places(found)}`);
  } else if (answer?.told === 'refused') {
    if (found.length > 0) unaccounted.push(`${key} was refused, and stands at ${places(found)}`);
  } else if (found.length > 0 && !isWhole(marks, found)) {
    unaccounted.push(`Of ${key} only a part stands in the log: ${places(found)}`);
  }
}

/** All of its events are there, one after the other in one stream; twice is another matter. */
function isWhole(marks: readonly string[], found: readonly LogLine[]): boolean {
  const [first] = found;
  if (found.length !== marks.length) return found.length > marks.length;
  return found.every(
    ({ stream, revision, mark }, index) =>
      stream === first?.stream && revision === first.revision + index && mark === marks[index],
  );
}

function judgeOrder(ledger: Ledger, { outOfOrder }: Faults): void {
  const last = new Map<string, { key: string; position: Position }>();
  for (const { append, answer } of ledger.entries) {
    if (answer?.told !== 'acknowledged') continue;
    const position = BigInt(answer.position);
    const before = last.get(append.writer);
    if (before !== undefined && before.position >= position)
      outOfOrder.push(`${append.key} stands at ${position}, ${before.key} at ${before.position}`);
    last.set(append.writer, { key: append.key, position });
  }
}

function judgeReading(
  { reader, after, handedOut }: Reading,
  log: readonly LogLine[],
  { lost, doubled, skipped, outOfOrder }: Faults,
): void {
  const seen = new Set<Position>();
  const idAt = new Map(log.map(({ position, id }) => [position, id]));
  let last = after;
  for (const { position, id } of handedOut) {
    if (seen.has(position)) doubled.push(`${reader} was given ${position} twice`);
    else if (position <= last) outOfOrder.push(`${reader} was given ${position} after ${last}`);
    if (idAt.get(position) !== id)
      lost.push(`${reader} was given event ${id} at ${position}, where it does not stand`);
    seen.add(position);
    if (position > last) last = position;
  }
  for (const { position, mark } of log)
    if (position > after && !seen.has(position))
      skipped.push(
        `${reader} was not given ${mark ?? 'an event'} at ${position}, and was given ${last}`,
      );
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function places(lines: readonly LogLine[]): string {
  if (lines.length === 0) return 'nowhere';
  return lines
    .map(({ position, stream, revision }) => `${position} (${stream}/${revision})`)
    .join(', ');
}
