import { z } from 'zod';
import { type Credentials } from '../../accounts/credentials.js';
import { type LoginThrottle } from '../../accounts/login-throttle.js';
import { type Sessions } from '../../accounts/sessions.js';
import { newId } from '../../commands/context.js';
import { userFields } from '../../commands/users/fields.js';
import {
  changeOwnAccount,
  changeUser,
  deleteOwnAccount,
  deleteUser,
  registerUser,
  signUp,
} from '../../commands/users/user-commands.js';
import { type UserDirectory } from '../../domain/access/user-directory.js';
import { type Past } from '../../history/past.js';
import { type ServiceQueries } from '../../queries/services/service-queries.js';
import { type UserQueries, userSortFields } from '../../queries/users/user-queries.js';
import { type Answer, type Commanding } from '../commanding.js';
import { route } from '../define-route.js';
import { actorOf, type Querying } from '../querying.js';
import { type AnyRoute, none } from '../route.js';
import {
  AsOf,
  asOf,
  listOf,
  OneId,
  pagingFields,
  searchText,
  sortBy,
  wire,
  yesOrNo,
} from '../wire.js';
import { changePassword, PasswordChange } from './changing-passwords.js';
import { withStoredPassword } from './storing-passwords.js';
import { UserView } from './views.js';

const { email, password, role } = userFields;
const full_name = userFields.fullName;

const SignUp = z.strictObject({ email, password, full_name: full_name.optional() });
const Standing = z
  .strictObject({ role, is_active: userFields.isActive, is_superuser: userFields.isSuperuser })
  .partial();
const NewUser = SignUp.extend(Standing.shape);
const OwnChanges = z.strictObject({ email, full_name }).partial();
const UserChanges = z.strictObject({ email, full_name, password }).partial().extend(Standing.shape);
const Heir = z.strictObject({ reassign_to: wire.id.optional() });
const Filter = z.strictObject({
  ...pagingFields,
  ...asOf,
  sort: sortBy(userSortFields, 'email'),
  q: searchText.optional(),
  role: role.optional(),
  is_active: yesOrNo.optional(),
});

const itself = { 200: { description: 'The user', body: UserView } };
const created = { 201: { description: 'The user', body: UserView } };

export interface UserRouteParts {
  readonly commanding: Commanding;
  readonly querying: Querying;
  readonly users: UserQueries;
  readonly services: ServiceQueries;
  readonly past: Past;
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  readonly throttle: LoginThrottle;
  readonly directory: UserDirectory;
  /** Waits, for a while, until the deletion at this position is dealt with to the end. */
  readonly untilRetired: (position: bigint) => Promise<void>;
}

export function userRoutes(parts: UserRouteParts): AnyRoute[] {
  const { commanding, querying, users, past } = parts;
  const common = { tag: 'users', query: none, body: none, access: 'user' } as const;
  const theUser = (id: string): Answer => ({
    id,
    status: 200,
    read: (actor) => users.one(actor, id),
  });

  return [
    route({
      ...common,
      method: 'post',
      path: '/users/signup',
      summary: 'Sign up',
      access: 'public',
      kind: 'command',
      params: none,
      body: SignUp,
      answers: created,
      handle: ({ body, occasion }) => {
        const context = commanding.context(occasion);
        const userId = newId(context, 'user');
        const { email: address, password: chosen, full_name: fullName = null } = body;
        const stored = { userId, password: chosen };
        return withStoredPassword(parts.credentials, stored, context, (credentialId) => {
          const input = { userId, credentialId, email: address, fullName };
          return commanding.reply(signUp, input, context, newcomer(theUser(userId)));
        });
      },
    }),
    route({
      ...common,
      method: 'get',
      path: '/users/me',
      summary: 'Get your own account',
      kind: 'query',
      params: none,
      query: AsOf,
      answers: itself,
      handle: ({ query: { as_of }, occasion }) =>
        querying.one(occasion, 'User not found', (actor) =>
          users.self(actor, past.user(actor.id, as_of)),
        ),
    }),
    route({
      ...common,
      method: 'patch',
      path: '/users/me',
      summary: 'Change your own account',
      kind: 'command',
      params: none,
      body: OwnChanges,
      answers: itself,
      handle: ({ body, occasion }) => {
        const userId = actorOf(occasion).id;
        const input = { userId, ...renamed(body) };
        const context = commanding.context(occasion);
        return commanding.reply(changeOwnAccount, input, context, theUser(userId));
      },
    }),
    route({
      ...common,
      method: 'delete',
      path: '/users/me',
      summary: 'Delete your own account',
      description: 'Who owns services names in `reassign_to` who gets them.',
      kind: 'command',
      params: none,
      query: Heir,
      answers: { 200: { description: 'Done', body: wire.message } },
      handle: async ({ query, occasion }) => {
        const userId = actorOf(occasion).id;
        const input = await deletion(parts, userId, query);
        return commanding.reply(
          deleteOwnAccount,
          input,
          commanding.context(occasion),
          gone(parts, userId),
        );
      },
    }),
    route({
      ...common,
      method: 'patch',
      path: '/users/me/password',
      summary: 'Change your own password',
      description: 'Ends every session, this one included.',
      kind: 'command',
      params: none,
      body: PasswordChange,
      answers: { 200: { description: 'Done', body: wire.message } },
      handle: ({ body, occasion }) => changePassword(parts, body, occasion),
    }),
    route({
      ...common,
      method: 'get',
      path: '/users',
      summary: 'List users',
      kind: 'query',
      params: none,
      query: Filter,
      answers: { 200: { description: 'A page of users', body: listOf(UserView) } },
      handle: ({ query: { skip, limit, sort, is_active, as_of, ...same }, occasion }) =>
        querying.page(occasion, (actor) => {
          const filter = { ...same, isActive: is_active };
          return users.list(actor, filter, sort, { skip, limit }, past.usersAndRoles(as_of));
        }),
    }),
    route({
      ...common,
      method: 'post',
      path: '/users',
      summary: 'Add a user',
      kind: 'command',
      params: none,
      body: NewUser,
      answers: created,
      handle: ({ body: { password: chosen, ...body }, occasion }) => {
        const context = commanding.context(occasion);
        const userId = newId(context, 'user');
        const stored = { userId, password: chosen };
        return withStoredPassword(parts.credentials, stored, context, (credentialId) => {
          const input = { ...renamed(body), userId, credentialId };
          return commanding.reply(registerUser, input, context, newcomer(theUser(userId)));
        });
      },
    }),
    route({
      ...common,
      method: 'get',
      path: '/users/{id}',
      summary: 'Get a user',
      kind: 'query',
      params: OneId,
      query: AsOf,
      answers: itself,
      handle: ({ params: { id }, query: { as_of }, occasion }) =>
        querying.one(occasion, 'User not found', (actor) =>
          users.one(actor, id, past.user(id, as_of)),
        ),
    }),
    route({
      ...common,
      method: 'patch',
      path: '/users/{id}',
      summary: 'Change a user',
      description: 'A new `password` ends all of their sessions.',
      kind: 'command',
      params: OneId,
      body: UserChanges,
      answers: itself,
      handle: ({ params: { id }, body: { password: chosen, ...body }, occasion }) => {
        const context = commanding.context(occasion);
        const input = { userId: id, ...renamed(body) };
        if (chosen === undefined) return commanding.reply(changeUser, input, context, theUser(id));
        const stored = { userId: id, password: chosen };
        return withStoredPassword(parts.credentials, stored, context, (credentialId) =>
          commanding.reply(changeUser, { ...input, credentialId }, context, theUser(id)),
        );
      },
    }),
    route({
      ...common,
      method: 'delete',
      path: '/users/{id}',
      summary: 'Delete a user',
      description:
        'The services of a user who owns some go to `reassign_to`; their tags go with them.',
      kind: 'command',
      params: OneId,
      query: Heir,
      answers: { 200: { description: 'Done', body: wire.message } },
      handle: async ({ params: { id }, query, occasion }) => {
        const input = await deletion(parts, id, query);
        return commanding.reply(deleteUser, input, commanding.context(occasion), gone(parts, id));
      },
    }),
  ];
}

function newcomer(answer: Answer): Answer {
  const headers = { Location: `/api/v1/users/${answer.id}` };
  return 'message' in answer ? answer : { ...answer, status: 201, headers };
}

/** Answered when their tags are gone and their services have a new owner. */
function gone({ untilRetired: afterwards }: UserRouteParts, id: string): Answer {
  return { id, message: 'User deleted successfully', afterwards };
}

async function deletion(
  { services }: UserRouteParts,
  userId: string,
  { reassign_to }: z.infer<typeof Heir>,
): Promise<object> {
  // Asked only where it matters: a retry, when the heir has the services already, must be the same command.
  const ownsServices = reassign_to === undefined && (await services.ownedBy(userId)).length > 0;
  return { userId, ownsServices, reassignServicesTo: reassign_to ?? null };
}

/** The wire's names to the commands'. What was not sent must stay absent. */
function renamed(body: Omit<z.infer<typeof UserChanges>, 'password'>): object {
  const { full_name: fullName, is_active: isActive, is_superuser: isSuperuser, ...same } = body;
  const fields = { ...same, fullName, isActive, isSuperuser };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
