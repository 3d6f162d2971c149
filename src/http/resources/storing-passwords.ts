import { type Credentials } from '../../accounts/credentials.js';
import { checkPassword } from '../../accounts/passwords.js';
import { type CommandContext, newId } from '../../commands/context.js';
import { CommandRefused, IdempotencyKeyReused, RevisionIsStale } from '../../commands/errors.js';
import { DomainError } from '../../domain/domain-error.js';
import { type Reply } from '../route.js';

/**
 * Stores a password and sends the command that names it. It comes first because it counts for nothing until an event
 * names it; when none ever will, it is removed again.
 *
 * @throws IdempotencyKeyReused when the key came with another password before.
 */
export async function withStoredPassword(
  credentials: Credentials,
  { userId, password }: { readonly userId: string; readonly password: string },
  context: CommandContext,
  send: (credentialId: string) => Promise<Reply>,
): Promise<Reply> {
  const credentialId = newId(context, 'credential');
  await credentials.add(credentialId, userId, password);
  if (context.idempotencyKey !== undefined)
    await requireSamePassword(credentials, credentialId, password);
  try {
    return await send(credentialId);
  } catch (error) {
    if (isFinal(error, context)) await credentials.remove(credentialId);
    throw error;
  }
}

/** The command does not hold the password, so that its fingerprint cannot tell one from another. */
async function requireSamePassword(
  credentials: Credentials,
  credentialId: string,
  password: string,
): Promise<void> {
  const stored = await credentials.hash(credentialId);
  if (stored !== undefined && !(await checkPassword(password, stored)).isRight)
    throw new IdempotencyKeyReused();
}

/** Under a key, a twin of the request may have more luck with the same ids; not so when it was refused. */
function isFinal(error: unknown, { idempotencyKey }: CommandContext): boolean {
  if (error instanceof CommandRefused) return true;
  const isDecided = error instanceof DomainError || error instanceof RevisionIsStale;
  return isDecided && idempotencyKey === undefined;
}
