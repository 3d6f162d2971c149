import { ProjectionDesk } from '../composition/projection-desk.js';
import { readConfiguration } from '../platform/configuration.js';
import { createLogger } from '../platform/logger.js';
import { RebuildProgress } from './rebuild-progress.js';

type Verification = Awaited<ReturnType<ProjectionDesk['verify']>>;

export async function list({ json }: { json?: boolean }): Promise<void> {
  await atDesk(async (desk) => {
    const projections = await desk.list();
    if (json) {
      for (const projection of projections) console.log(JSON.stringify(projection));
      return;
    }
    if (projections.length === 0)
      console.log('There are none yet: they come with the first start.');
    for (const { name, version, position, state, lag, error, kept } of projections) {
      const behind = `${lag.events}${lag.is_at_least ? '+' : ''} events, ${lag.seconds.toFixed(1)} s behind`;
      const old = kept === null ? '' : `  (kept: version ${kept.version} of ${kept.replaced_at})`;
      console.log(
        `${name.padEnd(12)} version ${version}  ${state.padEnd(8)} at ${position}, ${behind}${old}`,
      );
      if (error !== null) console.log(`${' '.repeat(13)}${error.message}`);
    }
  });
}

/** @param names Left out: all of them. */
export async function rebuild(names: readonly string[], { all }: { all?: boolean }): Promise<void> {
  if ((names.length === 0) === (all !== true))
    throw new BadUsage('Name the projections to rebuild, or say --all.');
  await replace(names, 'rebuild');
}

export async function rollback(name: string): Promise<void> {
  await replace([name], 'rollback');
}

async function replace(names: readonly string[], kind: 'rebuild' | 'rollback'): Promise<void> {
  await atDesk(async (desk) => {
    const wanted = names.length > 0 ? names : (await desk.list()).map(({ name }) => name);
    const interrupted = new AbortController();
    // The first Ctrl-C cancels, a second one ends the process: another one goes on with the rebuild then.
    process.once('SIGINT', () => interrupted.abort());
    const progress = new RebuildProgress(process.stdout);
    const ended = await desk.rebuild(wanted, kind, (now) => progress.show(now), interrupted.signal);
    progress.end(ended);
    if (ended.some(({ stage }) => stage !== 'swapped')) process.exitCode = 1;
  });
}

/** Exits with 1 when anything differs. @param names Left out: all of them. */
export async function verify(
  names: readonly string[],
  { json }: { json?: boolean },
): Promise<void> {
  await atDesk(async (desk) => {
    const wanted = names.length > 0 ? names : (await desk.list()).map(({ name }) => name);
    for (const name of wanted) {
      const verification = await desk.verify(name);
      if (!verification.is_equal) process.exitCode = 1;
      console.log(json ? JSON.stringify(verification) : describe(verification));
    }
  });
}

export async function cancel(name: string): Promise<void> {
  await atDesk((desk) => desk.cancel(name));
  console.log(`The rebuild of ${name} is cancelled.`);
}

export async function retry(name: string): Promise<void> {
  await atDesk((desk) => desk.retry(name));
  console.log(`${name} tries its event again as soon as a server runs.`);
}

export async function skip(name: string, eventId: string): Promise<void> {
  await atDesk((desk) => desk.skip(name, eventId));
  console.log(`${name} passes over event ${eventId}.`);
}

/** What was asked for makes no sense; the message says what would. */
class BadUsage extends Error {
  override readonly name = 'BadUsage';
}

async function atDesk<T>(use: (desk: ProjectionDesk) => Promise<T>): Promise<T> {
  const desk = await ProjectionDesk.open(readConfiguration(process.env), createLogger('warn'));
  try {
    return await use(desk);
  } finally {
    await desk.close();
  }
}

function describe({ projection, position, is_equal, ...found }: Verification): string {
  const { rows, checksum, differing, differences } = found;
  if (is_equal)
    return `${projection}: ${rows.live} rows are what the log leads to at position ${position} (checksum ${checksum.live})`;
  const lines = differences.map(({ key, kind, columns, last_event: last }) => {
    const what = kind === 'changed' ? `differs in ${columns.join(', ')}` : explanations[kind];
    const by =
      last === null
        ? 'no event is about it'
        : `last touched by ${last.type}, event ${last.id}, ${last.stream} revision ${last.revision}, position ${last.position}, ${last.recorded_at}`;
    return `  ${key} ${what}\n    ${by}`;
  });
  const more = differing - differences.length;
  return [
    `${projection}: ${differing} of ${Math.max(rows.live, rows.folded)} rows are not what the log leads to at position ${position}`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more`] : []),
    `  To build the table anew: watchbook projections rebuild ${projection}`,
  ].join('\n');
}

const explanations = { missing: 'is missing', surplus: 'should not be there' };
