import { randomBytes } from 'node:crypto';
import { type Credentials } from '../accounts/credentials.js';
import { roster } from '../commands/aggregates.js';
import { type CommandBus } from '../commands/command-bus.js';
import { commandContext, newId } from '../commands/context.js';
import { ensureBuiltInRole } from '../commands/roles/role-commands.js';
import { type StateReader } from '../commands/state-reader.js';
import { registerUser } from '../commands/users/user-commands.js';
import { type ProcessActor } from '../domain/access/actor.js';
import { type UserDirectory } from '../domain/access/user-directory.js';
import { DomainError } from '../domain/domain-error.js';
import { builtInRoles } from '../domain/roles/built-in-roles.js';
import { superuserRosterStream } from '../event-store/stream-id.js';

/** The administrator who was made at the first start; the password is told once, and only when nobody chose it. */
export interface FirstAdministrator {
  readonly email: string;
  readonly generatedPassword: string | undefined;
}

/** Brings the built-in roles to what this version says they are. Does nothing when they are that already. */
export async function ensureBuiltInRoles(bus: CommandBus): Promise<void> {
  for (const [role, permissions] of builtInRoles)
    await bus.execute(ensureBuiltInRole, { role, permissions: [...permissions] }, context());
}

/** Makes an administrator where there is none. @returns `undefined` when there is one. */
export async function ensureAdministrator(
  bus: CommandBus,
  read: StateReader,
  credentials: Credentials,
  directory: UserDirectory,
  chosen: {
    readonly email: string | undefined;
    readonly password: string | undefined;
    /** How long to wait until the administrator is in the read models, in ms. */
    readonly waitMs: number;
  },
): Promise<FirstAdministrator | undefined> {
  if (await hasSuperuser(read)) return undefined;
  const email = chosen.email ?? 'admin@watchbook.local';
  const password = chosen.password ?? randomBytes(15).toString('base64url');
  // Who is told that there is an administrator can log in as one.
  const occasion = { ...context(), waitMs: chosen.waitMs };
  const userId = newId(occasion, 'user');
  const credentialId = newId(occasion, 'credential');
  await credentials.add(credentialId, userId, password);
  const input = { userId, credentialId, email, role: 'admin', isSuperuser: true };
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      await bus.execute(registerUser, input, occasion);
      return { email, generatedPassword: chosen.password === undefined ? password : undefined };
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'email-taken')) throw error;
      // Another process that started at the same time was faster, or one that was killed has left its claim behind.
      if ((await hasSuperuser(read)) || directory.byEmail(email) !== undefined) break;
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  await credentials.removeAll(userId);
  return undefined;
}

async function hasSuperuser(read: StateReader): Promise<boolean> {
  const { standing } = await read.state(roster, superuserRosterStream);
  return [...standing.values()].some(({ isActive }) => isActive);
}

/** Longer than nobody's claim to a name is questioned. */
const patienceMs = 20_000;
const retryMs = 250;

const firstStart: ProcessActor = { kind: 'process', id: 'first-start' };

const context = (): ReturnType<typeof commandContext> => commandContext(firstStart);
