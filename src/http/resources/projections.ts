import { z } from 'zod';
import { text } from '../../commands/fields.js';
import { newId } from '../../commands/context.js';
import {
  cancelRebuild,
  requestRebuild,
  requestRollback,
  retryProjection,
  skipProjectionEvent,
} from '../../commands/projections/projection-commands.js';
import { type Actor } from '../../domain/access/actor.js';
import {
  type ProjectionFacts,
  type ProjectionQueries,
} from '../../queries/projections/projection-queries.js';
import { type Beginning, type Commanding, type RequestContext } from '../commanding.js';
import { route } from '../define-route.js';
import { Problem } from '../problem.js';
import { type Querying } from '../querying.js';
import { type AnyRoute, none, type Reply, type RequestOccasion } from '../route.js';
import { listOf, wire } from '../wire.js';
import { ProjectionView, RebuildView, VerificationView } from './views.js';

/** Compares a read model with the log. @throws QueryRefused */
export type VerifyProjection = (actor: Actor, projection: string) => Promise<object>;

/** No pattern: a name that is none is not found. */
const OneProjection = z.strictObject({ name: text(255) });
const OneRebuild = OneProjection.extend({ id: wire.id });

export interface ProjectionRoutesParts {
  readonly commanding: Commanding;
  readonly querying: Querying;
  readonly queries: ProjectionQueries;
  readonly verify: VerifyProjection;
}

export function projectionRoutes(parts: ProjectionRoutesParts): AnyRoute[] {
  return [...readingRoutes(parts), ...rebuildRoutes(parts), ...repairRoutes(parts)];
}

const common = { tag: 'projections', access: 'user', query: none, body: none } as const;

function readingRoutes({ querying, queries, verify }: ProjectionRoutesParts): AnyRoute[] {
  return [
    route({
      ...common,
      method: 'get',
      path: '/projections',
      summary: 'List read models',
      description: 'How far they have come, what stopped them, and their last rebuild.',
      kind: 'query',
      params: none,
      answers: { 200: { description: 'All read models', body: listOf(ProjectionView) } },
      handle: ({ occasion }) =>
        querying.plain(occasion, notFound, async (actor) => {
          const data = await queries.list(actor);
          return { data, count: data.length };
        }),
    }),
    route({
      ...common,
      method: 'get',
      path: '/projections/{name}',
      summary: 'Get a read model',
      kind: 'query',
      params: OneProjection,
      answers: { 200: { description: 'The read model', body: ProjectionView } },
      handle: ({ params: { name }, occasion }) =>
        querying.plain(occasion, notFound, (actor) => queries.one(actor, name)),
    }),
    route({
      ...common,
      method: 'post',
      path: '/projections/{name}/verify',
      summary: 'Compare a read model with the event log',
      description:
        'Folds the log anew, and names the rows that differ and the event that touched them last.',
      kind: 'query',
      params: OneProjection,
      answers: { 200: { description: 'What came of it', body: VerificationView } },
      handle: ({ params: { name }, occasion }) =>
        querying.plain(
          occasion,
          notFound,
          async (actor) => (await queries.facts(name)) && (await verify(actor, name)),
        ),
    }),
  ];
}

function rebuildRoutes({ commanding, querying, queries }: ProjectionRoutesParts): AnyRoute[] {
  const begun = {
    202: { description: 'It has begun; `Location` says how it goes', body: wire.accepted },
  };

  /** @param ask Sends the command with the id of the rebuild. */
  async function begin(
    name: string,
    occasion: RequestOccasion,
    ask: (
      id: string,
      context: RequestContext,
      facts: ProjectionFacts,
      about: Beginning,
    ) => Promise<Reply>,
  ): Promise<Reply> {
    const facts = await known(queries, name);
    const context = commanding.context(occasion);
    const id = newId(context, 'rebuild');
    const location = `/api/v1/projections/${name}/rebuilds/${id}`;
    const hasBegun = (): Promise<boolean> => queries.isRebuild(name, id);
    return ask(id, context, facts, { id, location, hasBegun });
  }

  return [
    route({
      ...common,
      method: 'post',
      path: '/projections/{name}/rebuild',
      summary: 'Build a read model anew',
      description:
        'Beside the one that is read, which stays as it is until the new one takes over in a moment.',
      kind: 'command',
      params: OneProjection,
      answers: begun,
      handle: ({ params: { name }, occasion }) =>
        begin(name, occasion, (rebuildId, context, _, about) => {
          const input = { projection: name, rebuildId, version: null };
          return commanding.begin(requestRebuild, input, context, about);
        }),
    }),
    route({
      ...common,
      method: 'post',
      path: '/projections/{name}/rollback',
      summary: 'Take the table before the last rebuild back',
      description: 'It is brought up to date first.',
      kind: 'command',
      params: OneProjection,
      answers: begun,
      handle: ({ params: { name }, occasion }) =>
        begin(name, occasion, (rebuildId, context, { is_kept: isKept }, about) => {
          const input = { projection: name, rebuildId, isKept };
          return commanding.begin(requestRollback, input, context, about);
        }),
    }),
    route({
      ...common,
      method: 'get',
      path: '/projections/{name}/rebuilds/{id}',
      summary: 'See how a rebuild goes',
      kind: 'query',
      params: OneRebuild,
      answers: { 200: { description: 'The rebuild', body: RebuildView } },
      handle: ({ params: { name, id }, occasion }) =>
        querying.plain(occasion, 'Rebuild not found', (actor) => queries.rebuild(actor, name, id)),
    }),
    route({
      ...common,
      method: 'delete',
      path: '/projections/{name}/rebuilds/{id}',
      summary: 'Cancel a rebuild',
      description: 'What it has built is thrown away; the read model stays as it is.',
      kind: 'command',
      params: OneRebuild,
      answers: { 200: { description: 'It ends shortly', body: wire.message } },
      handle: async ({ params: { name, id }, occasion }) => {
        await known(queries, name);
        if (!(await queries.isRebuild(name, id))) throw new Problem(404, 'Rebuild not found');
        const input = { projection: name, rebuildId: id };
        return commanding.reply(cancelRebuild, input, commanding.context(occasion), {
          id,
          message: 'Rebuild cancelled successfully',
        });
      },
    }),
  ];
}

function repairRoutes({ commanding, queries }: ProjectionRoutesParts): AnyRoute[] {
  return [
    route({
      ...common,
      method: 'post',
      path: '/projections/{name}/retry',
      summary: 'Let a stopped read model try its event again',
      kind: 'command',
      params: OneProjection,
      answers: { 200: { description: 'It goes on shortly', body: wire.message } },
      handle: async ({ params: { name }, occasion }) => {
        const { stopped_at: stoppedAt } = await known(queries, name);
        const input = { projection: name, stoppedAt };
        return commanding.reply(retryProjection, input, commanding.context(occasion), {
          id: name,
          message: 'The event is tried again',
        });
      },
    }),
    route({
      ...common,
      method: 'post',
      path: '/projections/{name}/skip',
      summary: 'Let a stopped read model pass over its event',
      description:
        'The event is the one that `error` names. A version with other rules tries it again.',
      kind: 'command',
      params: OneProjection,
      body: z.strictObject({ event_id: wire.id }),
      answers: { 200: { description: 'It goes on shortly', body: wire.message } },
      handle: async ({ params: { name }, body: { event_id: eventId }, occasion }) => {
        const { stopped_at: stoppedAt } = await known(queries, name);
        const input = { projection: name, eventId, stoppedAt };
        return commanding.reply(skipProjectionEvent, input, commanding.context(occasion), {
          id: name,
          message: 'The event is skipped',
        });
      },
    }),
  ];
}

const notFound = 'Projection not found';

/** @throws Problem 404 */
async function known(queries: ProjectionQueries, name: string): Promise<ProjectionFacts> {
  const facts = await queries.facts(name);
  if (facts === undefined) throw new Problem(404, notFound);
  return facts;
}
