import { type LogRecord, TOMBSTONE } from './records.js';
import { metastreamOf, type StreamMetadata } from './stream-metadata.js';

/** What the stream is expected to be: a revision, -1 for no stream. */
export type Expected = 'any' | 'stream-exists' | number;

export const NO_STREAM = -1;

export type Answer =
  | {
      readonly result: 'appended';
      readonly revision: number;
      /** Missing where the events stood already, and nobody can read them any more. */
      readonly position: number | undefined;
    }
  | { readonly result: 'wrong-expected-version'; readonly current: number }
  | { readonly result: 'stream-deleted' };

export type Verdict =
  | { readonly decision: 'ok'; readonly current: number }
  | { readonly decision: 'no'; readonly answer: Answer };

interface Streams {
  stream(name: string): readonly LogRecord[] | undefined;
  metadata(name: string): StreamMetadata;
  recentlyWritten(id: string): LogRecord | undefined;
}

/** May these events be appended? Rule for rule as `IndexWriter.CheckCommit` of EventStoreDB 23.10. */
export function checkAppend(
  log: Streams,
  stream: string,
  expected: Expected,
  ids: readonly string[],
): Verdict {
  const records = log.stream(stream);
  if (records === undefined) return no({ result: 'stream-deleted' });
  const current = records.length - 1;
  const isDeleted = log.metadata(stream).isDeleted === true;
  const wrong = no({ result: 'wrong-expected-version', current });
  const repeated = (last: LogRecord | undefined): Verdict => {
    const isHidden = (last?.revision ?? TOMBSTONE) < log.metadata(stream).truncateBefore;
    const position = isHidden ? undefined : last?.position;
    return no({ result: 'appended', revision: last?.revision ?? current, position });
  };

  if (expected === 'stream-exists') {
    if (isDeleted) return no({ result: 'stream-deleted' });
    const hasMetadata = (log.stream(metastreamOf(stream))?.length ?? 0) > 0;
    if (current < 0 && !hasMetadata) return wrong;
  }

  if (expected === 'any' || expected === 'stream-exists') {
    const known = ids.map((id) => log.recentlyWritten(id));
    const news = known.findIndex((record) => record?.stream !== stream);
    if (ids.length === 0 || news === 0) return { decision: 'ok', current };
    return news > 0 ? wrong : repeated(known.at(-1));
  }

  if (expected < current) {
    const news = ids.findIndex((id, index) => records[expected + 1 + index]?.id !== id);
    if (news === 0 && expected === NO_STREAM && isDeleted) return { decision: 'ok', current };
    if (news >= 0 || ids.length === 0) return wrong;
    return repeated(records[expected + ids.length]);
  }
  return expected === current ? { decision: 'ok', current } : wrong;
}

function no(answer: Answer): Verdict {
  return { decision: 'no', answer };
}
