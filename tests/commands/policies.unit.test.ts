import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allCommands } from '../../src/commands/all-commands.js';
import { CommandBus } from '../../src/commands/command-bus.js';
import { type Policies } from '../../src/commands/command.js';
import { IdempotencyKeys } from '../../src/commands/idempotency.js';
import { RefusalRecorder } from '../../src/commands/refusal-recorder.js';
import { NameClaims } from '../../src/commands/reservations/name-claims.js';
import { Reservations } from '../../src/commands/reservations/reservations.js';
import { StateReader } from '../../src/commands/state-reader.js';
import { DeleteTagPolicy } from '../../src/commands/tags/policies.js';
import { type EventStore } from '../../src/event-store/event-store.js';
import { realPolicies } from './support/workshop.js';

const folder = path.resolve(import.meta.dirname, '../../src/commands');

/** What the sources of the commands declare, found by a pattern with one group. */
async function declared(pattern: RegExp): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const sources = await Promise.all(
    files.filter((file) => file.endsWith('.ts')).map((file) => readFile(path.join(folder, file))),
  );
  return sources
    .flatMap((source) => [...source.toString().matchAll(pattern)])
    .map(([, name = '']) => name)
    .sort();
}

function start(policies: Policies): CommandBus {
  const unreachable = (): never => {
    throw new Error('Nothing is stored in this test');
  };
  const store: EventStore = {
    append: unreachable,
    readStream: unreachable,
    readAll: unreachable,
    subscribe: unreachable,
    identity: unreachable,
    close: unreachable,
  };
  const read = new StateReader(store);
  return new CommandBus(
    store,
    read,
    policies,
    new Reservations(read, new NameClaims(read)),
    new IdempotencyKeys(store),
    new RefusalRecorder(),
    () => Promise.resolve(true),
    allCommands,
  );
}

describe('Policies of commands', () => {
  it('given the real container, then every command has one that is bound', () => {
    const policies = realPolicies();

    expect(() => start(policies)).not.toThrow();
    for (const { policy } of allCommands) expect(policies(policy)).toBeInstanceOf(policy);
  });

  it('given one that nobody has bound, then it is the start that fails', () => {
    const policies = realPolicies();
    const forgetful: Policies = (policy) => {
      if (policy.name === DeleteTagPolicy.name) throw new Error('No binding for DeleteTagPolicy');
      return policies(policy);
    };

    expect(() => start(forgetful)).toThrow('No binding for DeleteTagPolicy');
  });

  it('given all classes there are, then each guards exactly one command', async () => {
    const used = allCommands.map(({ policy }) => policy.name).sort();

    expect(used).toEqual(await declared(/^export class (\w+Policy)\b/gm));
  });

  it('given all commands there are, then none is missing where the bus looks', async () => {
    const constants = await declared(/^export const (\w+): Command</gm);
    const names = allCommands.map(({ name }) => name.charAt(0).toLowerCase() + name.slice(1));

    expect(names.sort()).toEqual(constants);
  });
});
