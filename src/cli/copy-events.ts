import { type Moved, moveLog } from '../composition/moving-logs.js';
import { readConfiguration } from '../platform/configuration.js';
import { createLogger } from '../platform/logger.js';
import { Progress } from './progress.js';

export interface CopyOptions {
  readonly from: string;
  readonly to: string;
  readonly verifyOnly?: boolean;
}

/** Moves the event log to another store, or compares two. Exits with 1 when they are not the same afterwards. */
export async function copyEvents({ from, to, verifyOnly = false }: CopyOptions): Promise<void> {
  const configuration = readConfiguration(process.env);
  const progress = new Progress(process.stderr);
  try {
    const moved = await moveLog(
      { from, to, verifyOnly },
      configuration,
      createLogger('warn'),
      (step, done, of) => progress.show(steps[step], done, of),
    );
    progress.end();
    report(moved, verifyOnly);
  } finally {
    progress.end();
  }
}

const steps = { reading: 'Reading', copying: 'Copying', verifying: 'Verifying' } as const;

function report({ source, target, isSame }: Moved, verifyOnly: boolean): void {
  const width = Math.max(source.name.length, target.name.length);
  for (const { name, events, checksum } of [source, target])
    console.log(`${name.padEnd(width)}  ${events} events  sha256 ${checksum}`);
  if (!isSame) {
    console.error('They are not the same.');
    process.exitCode = 1;
    return;
  }
  console.log('They are the same, event by event.');
  if (verifyOnly) return;
  console.log(
    [
      '',
      'Personal data stands in the log encrypted. Its keys, and passwords, are in the schema "secrets" of the database',
      'they have been in: go on with the same DATABASE_URL, or move that schema as well (pg_dump --schema=secrets).',
      'Read models are filled anew at the next start.',
    ].join('\n'),
  );
}
