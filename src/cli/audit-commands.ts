import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ReplayOptions } from './audit.js';
import { type VerifyOptions } from './seals.js';

/** `watchbook audit …`; what it does is loaded only when it is called. */
export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('Read, follow and prove the event log');
  const format = new Option('--format <format>', 'as text, or as JSON lines')
    .choices(['text', 'jsonl'])
    .default('text');
  const pace = new Option('--speed <speed>', 'as fast as it happened (1x), faster (10x), or max')
    .argParser(speed)
    .default(Infinity, 'max');

  audit
    .command('replay')
    .description('Tell what happened, in order')
    .option('--from <time>', 'from this moment on, such as 2026-03-03T09:30:00Z', moment)
    .option('--to <time>', 'until before this moment', moment)
    .option('--stream <name>', 'of this stream only, such as service-<id>')
    .option('--actor <id>', 'of this user or process only')
    .option('--type <type>', 'of this type only, such as ServiceRenamed')
    .addOption(pace)
    .option('--follow', 'go on with what happens from now on')
    .addOption(format)
    .action(async (options: ReplayOptions) => (await import('./audit.js')).replay(options));
  audit
    .command('trace')
    .description('Show what one request set off, as a tree of cause and effect')
    .argument('<correlation id>', 'as an entry tells it; a request’s is its X-Request-Id')
    .addOption(format)
    .action(async (id: string, options: { format: 'text' | 'jsonl' }) =>
      (await import('./audit.js')).trace(id, options),
    );
  audit
    .command('verify')
    .description('Prove that the log is as it was sealed, or name the first event that is not')
    .option('--seals <file>', 'compare with seals that were exported or signed earlier')
    .option('--key <file...>', 'public keys whose signatures count, besides the one in DATA_DIR')
    .action(async (options: VerifyOptions) => (await import('./seals.js')).verifyLog(options));

  const seals = audit.command('seals').description('Seals of the log, to be kept elsewhere');
  seals
    .command('export')
    .description('Print all seals, one line of JSON each')
    .option('--with-events', 'with the hash of each event, which tells which one was changed')
    .action(async (options: { withEvents?: true }) =>
      (await import('./seals.js')).exportSeals(options),
    );
  seals
    .command('sign')
    .description('Seal everything up to now, and print the newest seal')
    .action(async () => (await import('./seals.js')).signSeals());
  seals
    .command('key')
    .description('Print the public key that the seals are signed with')
    .action(async () => (await import('./seals.js')).showKey());
}

function moment(text: string): Date {
  const time = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) ? new Date(text) : new Date(NaN);
  if (Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('Must be a time such as 2026-03-03T09:30:00Z.');
  return time;
}

function speed(text: string): number {
  if (text === 'max') return Infinity;
  const factor = /^(?<factor>\d{1,6}(\.\d{1,3})?)x$/.exec(text)?.groups?.['factor'];
  if (factor === undefined || Number(factor) === 0)
    throw new InvalidArgumentError('Must be max, or a factor such as 10x.');
  return Number(factor);
}
