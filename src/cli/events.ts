import { once } from 'node:events';
import { readEventLog } from '../composition/event-log.js';
import { readConfiguration } from '../platform/configuration.js';
import { createLogger } from '../platform/logger.js';

/** Prints the events of the log in order, one line of JSON each; all of them, or those of one stream. */
export async function events({ stream }: { stream?: string }): Promise<void> {
  const configuration = readConfiguration(process.env);
  const log = createLogger('warn');
  // Whoever reads, such as `head`, may have had enough.
  const reader = { isThere: true };
  process.stdout.on('error', () => (reader.isThere = false));
  for await (const entry of readEventLog(configuration, log)) {
    if (!reader.isThere) break;
    if (stream !== undefined && entry.stream !== stream) continue;
    const { position, revision, recordedAt } = entry;
    const place = { position: Number(position), stream: entry.stream, revision };
    const what = entry.readable
      ? { type: entry.event.type, data: entry.event.data, metadata: entry.metadata }
      : { type: entry.type, unreadable: entry.reason };
    const line = JSON.stringify({ ...place, recorded_at: recordedAt, ...what });
    if (!process.stdout.write(`${line}\n`))
      await once(process.stdout, 'drain').catch(() => undefined);
  }
}
