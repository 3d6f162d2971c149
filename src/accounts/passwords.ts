import { hash, verify } from '@node-rs/argon2';
import bcrypt from 'bcrypt';

/** argon2id at the parameters OWASP names as the minimum: 19 MiB, two passes, one lane; off the event loop. */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

export interface PasswordCheck {
  readonly isRight: boolean;
  /** The password is right, and its hash is of an older kind that should be replaced. */
  readonly isOutdated: boolean;
}

/**
 * Checks a password against its hash: argon2, or bcrypt from earlier systems. Without a hash it takes about as long
 * and says no, so that nobody can tell by the time whether a user exists.
 */
export async function checkPassword(
  password: string,
  stored: string | undefined,
): Promise<PasswordCheck> {
  if (stored !== undefined && /^\$2[aby]\$/.test(stored)) {
    // $2y$ is what PHP calls $2b$, and the library does not know it.
    const isRight = await bcrypt.compare(password, stored.replace(/^\$2y/, '$2b'));
    return { isRight, isOutdated: isRight };
  }
  const isRight = await verify(stored ?? (await decoy), password);
  return { isRight: isRight && stored !== undefined, isOutdated: false };
}

const decoy = hash('nobody has this password');
