import { contentsOf, type Contents, copyLog, type OnProgress } from '../event-store/copy-log.js';
import { type Configuration } from '../platform/configuration.js';
import { type Logger } from '../platform/logger.js';
import { openStoredLog, type Where } from './stored-logs.js';

export interface Move {
  readonly from: Where;
  readonly to: Where;
  /** Compare what is there, and copy nothing. */
  readonly verifyOnly: boolean;
}

/** What source and target hold afterwards, as far as the source went when it began. */
export interface Moved {
  readonly source: Contents & { readonly name: string };
  readonly target: Contents & { readonly name: string };
  readonly isSame: boolean;
}

/** Copies a log from one store to another and reads both again to compare them. @throws NotABeginning, NoSuchStore */
export async function moveLog(
  { from, to, verifyOnly }: Move,
  configuration: Configuration,
  log: Logger,
  onProgress: OnProgress,
): Promise<Moved> {
  const source = await openStoredLog(from, 'source', configuration, log);
  try {
    const target = await openStoredLog(to, verifyOnly ? 'source' : 'target', configuration, log);
    try {
      const sent = verifyOnly
        ? await contentsOf(source.log, Infinity, (done) => onProgress('reading', done))
        : await copyLog(source.log, target.log, onProgress);
      // Verifying alone looks at all of the target: what it has too much counts as well.
      const limit = verifyOnly ? Infinity : sent.events;
      const received = await contentsOf(target.log, limit, (done) =>
        onProgress('verifying', done, sent.events),
      );
      return {
        source: { name: source.log.name, ...sent },
        target: { name: target.log.name, ...received },
        isSame: sent.checksum === received.checksum && sent.events === received.events,
      };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
