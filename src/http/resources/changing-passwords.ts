import { z } from 'zod';
import { type Credentials } from '../../accounts/credentials.js';
import { type LoginThrottle } from '../../accounts/login-throttle.js';
import { type Sessions } from '../../accounts/sessions.js';
import { userFields } from '../../commands/users/fields.js';
import { changeOwnPassword } from '../../commands/users/user-commands.js';
import { type UserDirectory } from '../../domain/access/user-directory.js';
import { type Commanding } from '../commanding.js';
import { Problem } from '../problem.js';
import { actorOf } from '../querying.js';
import { type Reply, type RequestOccasion } from '../route.js';
import { withStoredPassword } from './storing-passwords.js';

export const PasswordChange = z.strictObject({
  current_password: z.string().max(128),
  new_password: userFields.password,
});

interface PasswordParts {
  readonly commanding: Commanding;
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  readonly throttle: LoginThrottle;
  readonly directory: UserDirectory;
}

/** Changes one's own password, for whoever knows the one of today. */
export async function changePassword(
  parts: PasswordParts,
  body: z.infer<typeof PasswordChange>,
  occasion: RequestOccasion,
): Promise<Reply> {
  const { commanding, sessions, throttle, directory } = parts;
  const { id: userId } = actorOf(occasion);
  const user = directory.byId(userId);
  // Whoever found an open session shall not find out the password by trying.
  await throttle.attempt(user?.email ?? userId, occasion.address);
  if (!(await sessions.isPasswordOf(user, body.current_password)))
    throw new Problem(400, 'Incorrect password');
  await throttle.succeeded(user?.email ?? userId, occasion.address);
  const context = commanding.context(occasion);
  const stored = { userId, password: body.new_password };
  return withStoredPassword(parts.credentials, stored, context, (credentialId) =>
    commanding.reply(changeOwnPassword, { userId, credentialId }, context, {
      id: userId,
      message: 'Password changed: log in with the new one',
    }),
  );
}
