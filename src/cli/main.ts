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
  .action(async () => (await import('./serve.js')).serve());

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
  'CannotServe',
  'DataDirInUse',
  'EmbeddedPostgresError',
  'EventStoreUnusable',
  'NoSuchStore',
  'NotABeginning',
  'ReadModelsUnavailable',
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
