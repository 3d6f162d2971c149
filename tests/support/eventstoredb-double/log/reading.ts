import { type EventLog } from './event-log.js';
import { type LogRecord } from './records.js';

export type Direction = 'forwards' | 'backwards';

/** A revision or a position. */
export type Start = 'start' | 'end' | number;

/** What readers of the stream get to see. */
export function readStream(
  log: EventLog,
  stream: string,
  from: Start,
  direction: Direction,
  count: number,
): readonly LogRecord[] | 'not-found' | 'deleted' {
  const visible = visibleIn(log, stream);
  if (typeof visible === 'string') return visible;
  if (direction === 'forwards') {
    if (from === 'end') return [];
    const first = from === 'start' ? 0 : from;
    return visible.filter((record) => record.revision >= first).slice(0, count);
  }
  if (from === 'start') return visible.filter((record) => record.revision === 0).slice(0, count);
  const last = from === 'end' ? Infinity : from;
  return visible
    .filter((record) => record.revision <= last)
    .reverse()
    .slice(0, count);
}

export function visibleIn(
  log: EventLog,
  stream: string,
): readonly LogRecord[] | 'not-found' | 'deleted' {
  const records = log.stream(stream);
  if (records === undefined) return 'deleted';
  const { truncateBefore, maxCount, maxAgeMs, isDeleted } = log.metadata(stream);
  if (records.length === 0 || isDeleted === true) return 'not-found';
  const first = Math.max(truncateBefore, records.length - maxCount);
  const oldest = Date.now() - maxAgeMs;
  return records.filter((record) => record.revision >= first && record.created >= oldest);
}

/** Forwards the start is included, backwards it is not. */
export function readAll(
  log: EventLog,
  from: Start,
  direction: Direction,
  count: number,
): readonly LogRecord[] | 'invalid-position' {
  if (typeof from === 'number' && !isBoundary(log, from)) return 'invalid-position';
  const index = from === 'start' ? 0 : log.indexOf(from === 'end' ? Infinity : from);
  if (direction === 'forwards') return log.records.slice(index, index + count);
  return log.records.slice(Math.max(0, index - count), index).reverse();
}

/** Does a record begin here, or is it the end of the log, or beyond? */
export function isBoundary(log: EventLog, position: number): boolean {
  return position >= log.end || log.records[log.indexOf(position)]?.position === position;
}

/** The event a link leads to; undefined where nobody can read it any more. */
export function targetOf(log: EventLog, link: LogRecord): LogRecord | undefined {
  const [revision = '', stream = ''] = Buffer.from(link.data).toString('utf8').split(/@(.*)/s);
  const visible = visibleIn(log, stream);
  if (typeof visible === 'string') return undefined;
  return visible.find((record) => record.revision === Number(revision));
}
