#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import dotenv from 'dotenv';
import { ConfigurationError } from '../platform/configuration.js';
import { create, down, up } from './migrate.js';
import { serve } from './serve.js';

dotenv.config({ quiet: true });

const program = new Command('watchbook').description(
  'A service catalogue and uptime monitor that remembers everything',
);

program.command('serve').description('Run Watchbook').action(serve);

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
  .command('create <name>')
  .description('Begin a new migration')
  .action((name: string) => create(name));

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(text))
    throw new InvalidArgumentError('Must be a number from 1 on.');
  return Number(text);
}

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof ConfigurationError || isForPeople(error);
  console.error(isExpected ? error.message : error);
  process.exitCode = 1;
}

/** Errors whose message says it all: the embedded database's, and those of the system. */
function isForPeople(error: unknown): error is Error {
  return (
    error instanceof Error && /^(EmbeddedPostgresError|DataDirInUse|CannotServe)$/.test(error.name)
  );
}
