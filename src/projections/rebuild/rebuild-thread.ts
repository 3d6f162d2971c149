import { type MessagePort, parentPort } from 'node:worker_threads';
import { type Configuration } from '../../platform/configuration.js';
import { startThread } from '../../platform/thread.js';
import { type CarryOut, RebuildFailed } from './carry-out.js';
import { type Rebuild, RebuildCancelled, RebuildTakenOver } from './rebuilds.js';

/**
 * Carries each rebuild out in a thread of its own, so that nobody whom this process serves waits while the log is
 * folded. The thread has connections and a memory of its own, and all that it saves is in the database: this side
 * only hears how far it has come, and tells it to stop.
 *
 * @param module Of the thread; it calls `serveRebuild`.
 */
export function carryOutInThread(module: URL, settings: ThreadSettings): CarryOut {
  return async (rebuild, { signal, onProgress }) => {
    signal.throwIfAborted();
    const thread = startThread(module);
    thread.postMessage({ settings, rebuild });
    const stop = (): void => thread.postMessage('stop');
    signal.addEventListener('abort', stop);
    // Else one that never begins would keep the rebuild from everybody.
    const impatience = setTimeout(() => void thread.terminate(), patienceMs);
    let end: End | undefined;
    thread.on('message', (message: Message) => {
      clearTimeout(impatience);
      if (message.kind === 'progress') onProgress(message.rebuild);
      else end = message;
    });
    try {
      await new Promise((resolve, reject) => {
        thread.once('error', reject);
        thread.once('exit', resolve);
      });
    } finally {
      clearTimeout(impatience);
      signal.removeEventListener('abort', stop);
    }
    if (end?.kind === 'done') return;
    signal.throwIfAborted();
    throw errorOf(end);
  };
}

/** What a thread needs to know to read the log and to write the table. */
export interface ThreadSettings extends Pick<Configuration, 'eventStore' | 'logLevel'> {
  /** Of the database with the read models. */
  readonly url: string;
}

/** What the module of the thread does: carries out the one rebuild it was started for, and says how it ended. */
export function serveRebuild(
  open: (settings: ThreadSettings) => Promise<{ carryOut: CarryOut; close: () => Promise<void> }>,
): void {
  const port = parentPort;
  if (port === null) throw new Error('This is no thread');
  const serve = async ({ settings, rebuild }: Task): Promise<void> => {
    const stopping = new AbortController();
    port.on('message', () => stopping.abort());
    const { carryOut, close } = await open(settings);
    await tellHowItGoes(port, (onProgress) => {
      onProgress(rebuild);
      return carryOut(rebuild, { signal: stopping.signal, onProgress });
    });
    await close();
    port.close();
  };
  port.once('message', (task: Task) => void serve(task));
}

async function tellHowItGoes(
  port: MessagePort,
  act: (onProgress: (rebuild: Rebuild) => void) => Promise<void>,
): Promise<void> {
  const tell = (message: Message): void => port.postMessage(message);
  try {
    await act((rebuild) => tell({ kind: 'progress', rebuild }));
    tell({ kind: 'done' });
  } catch (error) {
    tell(endOf(error));
  }
}

interface Task {
  readonly settings: ThreadSettings;
  readonly rebuild: Rebuild;
}

type Message = { readonly kind: 'progress'; readonly rebuild: Rebuild } | End;
type End =
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled' | 'taken-over' | 'failed' | 'interrupted'; readonly why: string };

/** Errors lose their class on the way between threads. */
function endOf(error: unknown): End {
  const why = error instanceof Error ? error.message : String(error);
  if (error instanceof RebuildCancelled) return { kind: 'cancelled', why };
  if (error instanceof RebuildTakenOver) return { kind: 'taken-over', why };
  if (error instanceof RebuildFailed) return { kind: 'failed', why };
  return { kind: 'interrupted', why };
}

function errorOf(end: Exclude<End, { kind: 'done' }> | undefined): Error {
  switch (end?.kind) {
    case undefined:
      return new Error('The thread of a rebuild ended without a word');
    case 'cancelled':
      return new RebuildCancelled(end.why);
    case 'taken-over':
      return new RebuildTakenOver(end.why);
    case 'failed':
      return new RebuildFailed(end.why);
    case 'interrupted':
      return new Error(end.why);
  }
}

/** Within so many ms a thread has begun; it takes a second or two where much else is going on. */
const patienceMs = 20_000;
