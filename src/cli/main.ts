#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import dotenv from 'dotenv';
import { ConfigurationError } from '../platform/configuration.js';
import { type CopyOptions } from './copy-events.js';
import { events } from './events.js';
import { addAuditCommands } from './audit-commands.js';
import { create, down, up } from './migrate.js';

dotenv.config({ quiet: true });

const program = new Command('watchbook').description(
  'A service catalogue and uptime monitor that remembers everything',
);

// The whole application is loaded only where it runs.
program
  .command('serve')
  .description('Run Watchbook')
  .option('--demo', 'with a database and some services that come and go with it')
  .action(async ({ demo }: { demo?: boolean }) =>
    demo === true ? (await import('./demo.js')).demo() : (await import('./serve.js')).serve(),
  );

const log = program
  .command('events')
  .description('Print the event log, one line of JSON for each event')
  .option('--stream <name>', 'only this stream, such as service-<id>')
  .action(events);
log
  .command('copy')
  .description('Copy the event log to another store, and compare the two; stop Watchbook before')
  .requiredOption('--from <store>', 'postgres (the configured database), postgres://…, or esdb://…')
  .requiredOption('--to <store>', 'the same; empty, or what an interrupted copy left')
  .option('--verify-only', 'compare, and copy nothing')
  .action(async (options: CopyOptions) => (await import('./copy-events.js')).copyEvents(options));

addAuditCommands(program);

const projections = program
  .command('projections')
  .description('Look after the read models: how they stand, rebuild, verify, help on');
projections
  .command('list', { isDefault: true })
  .description('How far they have come, and what stopped them')
  .option('--json', 'one line of JSON for each')
  .action(async (options: { json?: boolean }) => (await import('./projections.js')).list(options));
projections
  .command('rebuild')
  .description('Build them anew from the event log, while the old ones are read; Ctrl-C cancels')
  .argument('[names...]', 'which, such as services')
  .option('--all', 'all of them')
  .action(async (names: string[], options: { all?: boolean }) =>
    (await import('./projections.js')).rebuild(names, options),
  );
projections
  .command('verify')
  .description('Compare them with the event log; exits with 1 when anything differs')
  .argument('[names...]', 'which; all when left out')
  .option('--json', 'one line of JSON for each')
  .action(async (names: string[], options: { json?: boolean }) =>
    (await import('./projections.js')).verify(names, options),
  );
projections
  .command('rollback')
  .description('Take the table before the last rebuild back, brought up to date')
  .argument('<name>')
  .action(async (name: string) => (await import('./projections.js')).rollback(name));
projections
  .command('cancel')
  .description('End the rebuild that is under way')
  .argument('<name>')
  .action(async (name: string) => (await import('./projections.js')).cancel(name));
projections
  .command('retry')
  .description('Let a stopped one try its event again')
  .argument('<name>')
  .action(async (name: string) => (await import('./projections.js')).retry(name));
projections
  .command('skip')
  .description('Let a stopped one pass over its event')
  .argument('<name>')
  .argument('<event>', 'the id of the event that stopped it')
  .action(async (name: string, event: string) =>
    (await import('./projections.js')).skip(name, event),
  );

const migrations = program.command('migrate').description('Change the database schema');
migrations
  .command('up', { isDefault: true })
  .description('To the newest version, or by so many steps')
  .option('--steps <n>', 'how many', wholeNumber)
  .action(({ steps }: { steps?: number }) => up(steps));
migrations
  .command('down')
  .description('One step back, or so many')
  .option('--steps <n>', 'how many', wholeNumber)
  .action(({ steps }: { steps?: number }) => down(steps));
migrations
  .command('create')
  .description('Begin a new migration')
  .argument('<name>', 'in lower case with hyphens, such as add-webhooks', migrationName)
  .action((name: string) => create(name));

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(text))
    throw new InvalidArgumentError('Must be a number from 1 on.');
  return Number(text);
}

function migrationName(text: string): string {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(text))
    throw new InvalidArgumentError('Name it in lower case with hyphens, such as add-webhooks.');
  return text;
}

/** Their message says it all. */
const errorsForPeople: ReadonlySet<string> = new Set([
  'AuditRefused',
  'BadUsage',
  'CannotServe',
  'CommandInvalid',
  'DataDirInUse',
  'DomainError',
  'EmbeddedPostgresError',
  'EventStoreUnusable',
  'IndigestibleEvent',
  'NoConnectionOfItsOwn',
  'NoSuchStore',
  'NotABeginning',
  'NothingOfThatName',
  'ReadModelsUnavailable',
  'VersionDiffers',
]);

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof ConfigurationError || isForPeople(error);
  console.error(isExpected ? error.message : error);
  process.exitCode = 1;
}

/** Our own, and those a migration raises. */
function isForPeople(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const isRaised = 'code' in error && error.code === 'P0001';
  return isRaised || errorsForPeople.has(error.name);
}
