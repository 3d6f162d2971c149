import { eventually } from '../event-store/support/waiting.js';
import { runSql } from '../http/support/database.js';
import { type Person, str } from '../support/test-app.js';
import {
  makeTag,
  newEmail,
  newName,
  nobody,
  type Service,
  type Tag,
} from '../resources/support/making.js';
import { type Cast, nowhere } from './cast.js';
import { type Cell } from './matrix.js';

/** A request that is ready to be sent. */
export interface Scene {
  readonly path: string;
  readonly body?: object;
  /** Somebody new in place of the one in the cast, because the request ends or changes them. */
  readonly as?: Person;
}

/** Prepares what the route is about, in the relation the cell names, and the request. */
export async function setScene(cast: Cast, cell: Cell): Promise<Scene> {
  const scene = scenes[cell.route];
  if (scene === undefined) throw new Error(`No scene is set for ${cell.route}`);
  return scene(cast, cell);
}

const scenes: Readonly<Record<string, (cast: Cast, cell: Cell) => Promise<Scene> | Scene>> = {
  'POST /auth/login': (cast, { who }) => {
    const { email, password } = cast.find(who) ?? cast.another;
    return { path: '/auth/login', body: { email, password } };
  },
  'POST /auth/refresh': async (cast, { who }) => ({
    path: '/auth/refresh',
    body: { refresh_token: await cast.refreshToken(who) },
  }),
  'POST /auth/logout': () => ({ path: '/auth/logout', body: { refresh_token: 'any' } }),

  'GET /services': () => ({ path: '/services' }),
  'POST /services': () => ({
    path: '/services',
    body: { name: 'X', url: nowhere, type: 'http' },
  }),
  'GET /services/{id}': aboutService(),
  'PATCH /services/{id}': aboutService('', { name: 'Changed' }),
  'DELETE /services/{id}': aboutService(),
  'PUT /services/{id}/tags/{tag_id}': async (cast, cell) => {
    const [service, tag] = [await serviceFor(cast, cell), await tagFor(cast, cell)];
    return { path: `/services/${service.id}/tags/${tag.id}` };
  },
  'DELETE /services/{id}/tags/{tag_id}': async (cast, cell) => {
    const tag = await makeTag(cast.app, cast.app.admin);
    const service = await serviceFor(cast, cell, { tags: [tag.id] });
    return { path: `/services/${service.id}/tags/${tag.id}` };
  },
  'POST /services/{id}/pause': aboutService('/pause'),
  'POST /services/{id}/resume': aboutService('/resume'),
  'GET /services/{id}/history': aboutService('/history'),
  'POST /services/{id}/check': aboutService('/check'),
  'GET /services/{id}/checks': aboutService('/checks'),
  'GET /services/{id}/uptime': aboutService('/uptime'),
  'POST /services/{id}/transfer': async (cast, cell) => {
    const { id } = await serviceFor(cast, cell);
    return { path: `/services/${id}/transfer`, body: { user_id: cast.app.admin.id } };
  },
  'POST /services/{id}/restore': async (cast, cell) => {
    const { id } = await serviceFor(cast, cell);
    if (id !== nobody) await cast.asAdmin('DELETE', `/services/${id}`);
    return { path: `/services/${id}/restore` };
  },

  'GET /tags': () => ({ path: '/tags' }),
  'POST /tags': () => ({ path: '/tags', body: { name: newName('Tag') } }),
  'GET /tags/{id}': aboutTag(),
  'PATCH /tags/{id}': aboutTag({ color: '#000000' }),
  'DELETE /tags/{id}': aboutTag(),

  'GET /webhooks': () => ({ path: '/webhooks' }),
  'POST /webhooks': () => ({ path: '/webhooks', body: { url: nowhere } }),
  'GET /webhooks/{id}': aboutWebhook(),
  'PATCH /webhooks/{id}': aboutWebhook('', { events: ['service.deleted'] }),
  'DELETE /webhooks/{id}': aboutWebhook(),
  'POST /webhooks/{id}/enable': aboutWebhook('/enable'),
  'POST /webhooks/{id}/rotate-secret': aboutWebhook('/rotate-secret'),
  'POST /webhooks/{id}/test': aboutWebhook('/test'),
  'GET /webhooks/{id}/deliveries': aboutWebhook('/deliveries'),
  'GET /webhooks/{id}/deliveries/{delivery_id}': async (cast, cell) => ({
    path: await deliveryFor(cast, cell),
  }),
  'POST /webhooks/{id}/deliveries/{delivery_id}/retry': async (cast, cell) => ({
    path: `${await deliveryFor(cast, cell)}/retry`,
  }),

  'POST /users/signup': () => ({
    path: '/users/signup',
    body: { email: newEmail(), password: 'a good password' },
  }),
  'GET /users/me': () => ({ path: '/users/me' }),
  'PATCH /users/me': () => ({ path: '/users/me', body: { full_name: newName('Somebody') } }),
  'DELETE /users/me': (cast, cell) => once(cast, cell, () => ({ path: '/users/me' })),
  'PATCH /users/me/password': (cast, cell) =>
    once(cast, cell, ({ password }) => ({
      path: '/users/me/password',
      body: { current_password: password, new_password: 'a new password' },
    })),
  'GET /users': () => ({ path: '/users' }),
  'POST /users': () => ({
    path: '/users',
    body: { email: newEmail(), password: 'a good password' },
  }),
  'GET /users/{id}': aboutUser(),
  'PATCH /users/{id}': aboutUser({ full_name: 'Changed' }),
  'DELETE /users/{id}': aboutUser(),

  'GET /users/{id}/permissions': aboutUser(undefined, '/permissions'),

  'GET /roles': () => ({ path: '/roles' }),
  'GET /roles/{name}': aboutRole(),
  'PUT /roles/{name}': aboutRole({ permissions: ['services:read'] }),
  'DELETE /roles/{name}': aboutRole(),
  'GET /audit': () => ({ path: '/audit?limit=5' }),
  'GET /audit/export': () => ({ path: '/audit/export?type=TagCreated' }),
  'GET /permissions': () => ({ path: '/permissions' }),

  'GET /projections': () => ({ path: '/projections' }),
  'GET /projections/{name}': aboutProjection(),
  'POST /projections/{name}/verify': aboutProjection('/verify'),
  // Each is of its own: one at a time is rebuilt.
  'POST /projections/{name}/rebuild': async (cast, cell) => {
    if (cell.about === 'missing') return { path: '/projections/nothing/rebuild' };
    await untilRebuildsHaveEnded(cast);
    return { path: '/projections/tags/rebuild' };
  },
  'POST /projections/{name}/rollback': aboutProjection('/rollback'),
  'GET /projections/{name}/rebuilds/{id}': async (cast, cell) => ({
    path: await rebuildFor(cast, cell),
  }),
  'DELETE /projections/{name}/rebuilds/{id}': async (cast, cell) => ({
    path: await rebuildFor(cast, cell),
  }),
  'POST /projections/{name}/retry': aboutProjection('/retry'),
  'POST /projections/{name}/skip': aboutProjection('/skip', { event_id: nobody }),
};

type SetScene = (cast: Cast, cell: Cell) => Promise<Scene>;

function aboutService(action = '', body?: object): SetScene {
  return async (cast, cell) => {
    const { id } = await serviceFor(cast, cell);
    return { path: `/services/${id}${action}`, ...(body && { body }) };
  };
}

function aboutTag(body?: object): SetScene {
  return async (cast, cell) => {
    const { id } = await tagFor(cast, cell);
    return { path: `/tags/${id}`, ...(body && { body }) };
  };
}

function aboutWebhook(action = '', body?: object): SetScene {
  return async (cast, cell) => {
    const id = await webhookFor(cast, cell);
    return { path: `/webhooks/${id}${action}`, ...(body && { body }) };
  };
}

function aboutUser(body?: object, action = ''): SetScene {
  return async (cast, cell) => {
    const of = (person: Pick<Person, 'id'>): Scene => ({
      path: `/users/${person.id}${action}`,
      ...(body && { body }),
    });
    switch (cell.about) {
      case 'missing':
        return of({ id: nobody });
      case 'own':
        return once(cast, cell, of);
      default: {
        const standing = cell.about === 'superuser' ? 'superuser' : 'member';
        const make = (): Promise<Person> => cast.fresh(standing);
        return of(await (leavesTraces(cell) ? make() : cast.victims.get(standing, make)));
      }
    }
  };
}

function aboutRole(body?: object): SetScene {
  return async (cast, { about }) => {
    const name = about === 'built-in' ? 'viewer' : newName('role').replace(' ', '-');
    if (about === 'other') await cast.asAdmin('PUT', `/roles/${name}`, { permissions: [] });
    return { path: `/roles/${name}`, ...(body && { body }) };
  };
}

function aboutProjection(action = '', body?: object): SetScene {
  return (_, { about }) => {
    const name = about === 'missing' ? 'nothing' : 'roles';
    return Promise.resolve({ path: `/projections/${name}${action}`, ...(body && { body }) });
  };
}

/** One that has ended, or none. */
async function rebuildFor(cast: Cast, { about }: Cell): Promise<string> {
  if (about === 'missing') return `/projections/tags/rebuilds/${nobody}`;
  const id = await cast.rebuilds.get('tags', async () => {
    await untilRebuildsHaveEnded(cast);
    return str((await cast.asAdmin('POST', '/projections/tags/rebuild')).body['id']);
  });
  await untilRebuildsHaveEnded(cast);
  return `/projections/tags/rebuilds/${id}`;
}

async function untilRebuildsHaveEnded({ app }: Cast): Promise<void> {
  const open = 'SELECT FROM readers.rebuilds WHERE NOT is_told';
  await eventually(
    'the log tells of all ends',
    async () => (await runSql(app.databaseUrl, open)).length === 0,
  );
}

async function serviceFor(
  cast: Cast,
  { route, about, who, status }: Cell,
  fields: object = {},
): Promise<Pick<Service, 'id'>> {
  if (about === 'missing') return { id: nobody };
  const owner = (about === 'own' ? cast.find(who) : undefined) ?? cast.another;
  const make = (): Promise<Service> => cast.serviceOf(owner, fields);
  const isToChange = leavesTraces({ route, status }) || route.endsWith('/restore');
  return isToChange ? make() : cast.services.get(owner.id, make);
}

async function tagFor(cast: Cast, { route, about, who, status }: Cell): Promise<Pick<Tag, 'id'>> {
  if (about === 'missing') return { id: nobody };
  const owner = about === 'own' ? cast.find(who) : undefined;
  const make = (): Promise<Tag> => (owner ? cast.tagOf(owner) : makeTag(cast.app, cast.another));
  return leavesTraces({ route, status }) ? make() : cast.tags.get((owner ?? cast.another).id, make);
}

async function webhookFor(cast: Cast, { route, about, who, status }: Cell): Promise<string> {
  if (about === 'missing') return nobody;
  const owner = (about === 'own' ? cast.find(who) : undefined) ?? cast.another;
  const make = (): Promise<string> => cast.webhookOf(owner);
  return leavesTraces({ route, status }) ? make() : cast.webhooks.get(owner.id, make);
}

/** A test that went nowhere: nobody listens, or its owner is gone. */
async function deliveryFor(cast: Cast, cell: Cell): Promise<string> {
  const webhook = await webhookFor(cast, cell);
  if (webhook === nobody) return `/webhooks/${nobody}/deliveries/${nobody}`;
  return cast.deliveries.get(webhook, async () => {
    const begun = await cast.asAdmin('POST', `/webhooks/${webhook}/test`);
    const path = `/webhooks/${webhook}/deliveries/${str(begun.body['id'])}`;
    await eventually(
      'the test has ended',
      async () => str((await cast.asAdmin('GET', path)).body['outcome']) !== 'pending',
    );
    return path;
  });
}

/** Whether what the request is about is of no use to the next one. */
function leavesTraces({ route, status }: Pick<Cell, 'route' | 'status'>): boolean {
  return status < 400 && !route.startsWith('GET ') && route !== 'PATCH /users/{id}';
}

/** With somebody new of the same standing, where anybody is let in. */
async function once(
  cast: Cast,
  { route, who, status }: Cell,
  scene: (person: Person) => Scene,
): Promise<Scene> {
  if (!leavesTraces({ route, status })) return scene(cast.find(who) ?? cast.another);
  const person = await cast.fresh(who);
  return { ...scene(person), as: person };
}
