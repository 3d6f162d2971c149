import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { type LogRecord } from '../log/records.js';

/** What a filtered subscription is sent, and after how many records it hears where the server is. */
export interface Interest {
  readonly checkpointEvery: number;
  includes(record: LogRecord): boolean;
}

const DEFAULT_WINDOW = 32;

export function interestIn(
  filter: Streams.ReadReq.Options.FilterOptions | undefined,
): Interest | undefined {
  if (!filter) return undefined;
  const byStream = filter.getStreamIdentifier();
  const expression = byStream ?? filter.getEventType();
  const prefixes = expression?.getPrefixList() ?? [];
  const regex = expression?.getRegex() ? new RegExp(expression.getRegex(), 'u') : undefined;
  const window = filter.hasMax() ? filter.getMax() : DEFAULT_WINDOW;
  return {
    checkpointEvery: window * filter.getCheckpointintervalmultiplier(),
    includes(record) {
      const name = byStream ? record.stream : record.type;
      return regex ? regex.test(name) : prefixes.some((prefix) => name.startsWith(prefix));
    },
  };
}
