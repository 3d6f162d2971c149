import { readEventLog } from '../composition/event-log.js';
import { readConfiguration } from '../platform/configuration.js';
import { createLogger } from '../platform/logger.js';
import { Output } from './output.js';

/** Prints the events of the log in order, one line of JSON each; all of them, or those of one stream. */
export async function events({ stream }: { stream?: string }): Promise<void> {
  const configuration = readConfiguration(process.env);
  const log = createLogger('warn');
  const output = new Output();
  for await (const entry of readEventLog(configuration, log)) {
    if (stream !== undefined && entry.stream !== stream) continue;
    const { position, revision, recordedAt } = entry;
    const place = { position: Number(position), stream: entry.stream, revision };
    const what = entry.readable
      ? { type: entry.event.type, data: entry.event.data, metadata: entry.metadata }
      : { type: entry.type, unreadable: entry.reason };
    const line = JSON.stringify({ ...place, recorded_at: recordedAt, ...what });
    if (!(await output.line(line))) break;
  }
}
