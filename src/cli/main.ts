#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import dotenv from 'dotenv';
import { ConfigurationError } from '../platform/configuration.js';
import { events } from './events.js';
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

program
  .command('events')
  .description('Print the event log, one line of JSON for each event')
  .option('--stream <name>', 'only this stream, such as service-<id>')
  .action(events);

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

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof ConfigurationError || isForPeople(error);
  console.error(isExpected ? error.message : error);
  process.exitCode = 1;
}

/** Errors whose message says it all: our own, and those a migration raises. */
function isForPeople(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const isRaised = 'code' in error && error.code === 'P0001';
  return (
    isRaised ||
    /^(EmbeddedPostgresError|DataDirInUse|CannotServe|EventStoreUnusable)$/.test(error.name)
  );
}
