import { z } from 'zod';
import { defineRole, removeRole, roleFields } from '../../commands/roles/role-commands.js';
import { permissions } from '../../domain/access/permissions.js';
import { type UserDirectory } from '../../domain/access/user-directory.js';
import { type Past } from '../../history/past.js';
import { type RoleQueries, roleSortFields } from '../../queries/roles/role-queries.js';
import { type Commanding } from '../commanding.js';
import { route } from '../define-route.js';
import { type Querying } from '../querying.js';
import { type AnyRoute, none } from '../route.js';
import { AsOf, asOf, listOf, pagingFields, sortBy, wire } from '../wire.js';
import { RoleView } from './views.js';

const OneRole = z.strictObject({ name: roleFields.name });
const Filter = z.strictObject({ ...pagingFields, ...asOf, sort: sortBy(roleSortFields, 'name') });

export function roleRoutes(
  commanding: Commanding,
  querying: Querying,
  queries: RoleQueries,
  directory: UserDirectory,
  past: Past,
): AnyRoute[] {
  const common = { tag: 'roles', access: 'user', query: none, body: none } as const;

  return [
    route({
      ...common,
      method: 'get',
      path: '/roles',
      summary: 'List roles',
      kind: 'query',
      params: none,
      query: Filter,
      answers: { 200: { description: 'A page of roles', body: listOf(RoleView) } },
      handle: ({ query: { skip, limit, sort, as_of }, occasion }) =>
        querying.page(occasion, (actor) =>
          queries.list(actor, sort, { skip, limit }, past.roles(as_of)),
        ),
    }),
    route({
      ...common,
      method: 'get',
      path: '/roles/{name}',
      summary: 'Get a role',
      kind: 'query',
      params: OneRole,
      query: AsOf,
      answers: { 200: { description: 'The role', body: RoleView } },
      handle: ({ params: { name }, query: { as_of }, occasion }) =>
        querying.one(occasion, 'Role not found', (actor) =>
          queries.one(actor, name, past.role(name, as_of)),
        ),
    }),
    route({
      ...common,
      method: 'put',
      path: '/roles/{name}',
      summary: 'Define a role, or change what it allows',
      kind: 'command',
      params: OneRole,
      body: z.strictObject({ permissions: roleFields.permissions }),
      answers: { 200: { description: 'The role', body: RoleView } },
      handle: ({ params: { name }, body, occasion }) =>
        commanding.reply(defineRole, { role: name, ...body }, commanding.context(occasion), {
          id: name,
          status: 200,
          read: (actor) => queries.one(actor, name),
        }),
    }),
    route({
      ...common,
      method: 'delete',
      path: '/roles/{name}',
      summary: 'Remove a role',
      description: 'Not a built-in one, nor one that users still have.',
      kind: 'command',
      params: OneRole,
      answers: { 200: { description: 'Done', body: wire.message } },
      handle: ({ params: { name }, occasion }) => {
        const input = { role: name, inUse: directory.isRoleInUse(name) };
        return commanding.reply(removeRole, input, commanding.context(occasion), {
          id: name,
          message: 'Role deleted successfully',
        });
      },
    }),
    route({
      ...common,
      method: 'get',
      path: '/permissions',
      summary: 'Everything a role can allow',
      kind: 'query',
      params: none,
      answers: { 200: { description: 'All permissions', body: listOf(z.enum(permissions)) } },
      handle: () =>
        Promise.resolve({ status: 200, body: { data: permissions, count: permissions.length } }),
    }),
  ];
}
