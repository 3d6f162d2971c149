import { z } from 'zod';
import { permissions as all } from '../../domain/access/permissions.js';
import { type Past } from '../../history/past.js';
import { type UserQueries } from '../../queries/users/user-queries.js';
import { route } from '../define-route.js';
import { type Querying } from '../querying.js';
import { type AnyRoute, none } from '../route.js';
import { AsOf, OneId } from '../wire.js';
import { PermissionsView, UserView } from './views.js';

/** What somebody may do, or could do at some time. */
export function userPermissionRoutes(
  querying: Querying,
  users: UserQueries,
  past: Past,
): AnyRoute[] {
  return [
    route({
      method: 'get',
      path: '/users/{id}/permissions',
      summary: 'What a user may do',
      description:
        'With `as_of`, what they could do then: by the role they had, as it was. A superuser may do everything, and ' +
        'somebody who is deactivated nothing.',
      tag: 'users',
      access: 'user',
      kind: 'query',
      params: OneId,
      query: AsOf,
      body: none,
      answers: { 200: { description: 'Their permissions', body: PermissionsView } },
      handle: async ({ params: { id }, query: { as_of }, occasion }) => {
        const { body } = await querying.one(occasion, 'User not found', (actor) =>
          users.one(actor, id, past.user(id, as_of)),
        );
        // Not with the user's ETag: what a role allows changes without them.
        return {
          status: 200,
          body: permissionsOf(UserView.parse(JSON.parse(z.string().parse(body)))),
        };
      },
    }),
  ];
}

function permissionsOf(user: z.infer<typeof UserView>): z.infer<typeof PermissionsView> {
  const { id: user_id, role, is_active, is_superuser } = user;
  const allowed = is_superuser ? [...all] : user.permissions;
  return { user_id, role, is_active, is_superuser, permissions: is_active ? allowed : [] };
}
