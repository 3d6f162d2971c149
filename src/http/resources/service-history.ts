import { z } from 'zod';
import { restoreService } from '../../commands/services/restore-service.js';
import { type ServiceHistory } from '../../history/service-history.js';
import { type ServiceQueries } from '../../queries/services/service-queries.js';
import { type Commanding } from '../commanding.js';
import { route } from '../define-route.js';
import { Problem } from '../problem.js';
import { type Querying } from '../querying.js';
import { type AnyRoute, none } from '../route.js';
import { listOf, pastMoment, OneId, pagingFields } from '../wire.js';
import { ServiceEventView, ServiceView } from './views.js';

const Restoration = z
  .strictObject({
    revision: z.int().nonnegative().optional(),
    as_of: pastMoment.optional(),
    accept: z
      .array(
        z.union([z.literal('keep_owner'), z.templateLiteral(['without_tag:', z.uuid()])], {
          error: 'Send what a conflict says: keep_owner, or without_tag: and an id',
        }),
      )
      .max(100)
      .optional(),
  })
  .refine(({ revision, as_of }) => revision === undefined || as_of === undefined, {
    path: ['as_of'],
    error: 'Name a revision or a time, not both',
  });

/** What a service went through, and the way back. */
export function serviceHistoryRoutes(
  commanding: Commanding,
  querying: Querying,
  queries: ServiceQueries,
  history: ServiceHistory,
): AnyRoute[] {
  const common = { tag: 'services', access: 'user', params: OneId } as const;

  return [
    route({
      ...common,
      method: 'get',
      path: '/services/{id}/history',
      summary: 'What happened to a service, newest first',
      description: 'Also of a deleted one, for whoever could read it.',
      kind: 'query',
      query: z.strictObject(pagingFields),
      body: none,
      answers: { 200: { description: 'A page of events', body: listOf(ServiceEventView) } },
      handle: ({ params: { id }, query, occasion }) =>
        querying.page(occasion, async (actor) => {
          const page = await history.page(actor, id, query);
          if (page === undefined) throw new Problem(404, 'Service not found');
          return page;
        }),
    }),
    route({
      ...common,
      method: 'post',
      path: '/services/{id}/restore',
      summary: 'Bring back a deleted service, or an earlier configuration',
      description:
        'With `revision` or `as_of`, the service becomes what it was then, by new events. What cannot be as it was ' +
        'is a 409 with `conflicts`; send what each says under `accept` to go on without it.',
      kind: 'command',
      query: none,
      body: Restoration,
      answers: { 200: { description: 'The service', body: ServiceView } },
      handle: ({ params: { id }, body: { revision, as_of, accept = [] }, occasion }) => {
        const input = {
          serviceId: id,
          ...(revision !== undefined && { revision }),
          ...(as_of !== undefined && { asOf: as_of }),
          ...accepted(accept),
        };
        return commanding.reply(restoreService, input, commanding.context(occasion), {
          id,
          status: 200,
          read: (actor) => queries.one(actor, id),
        });
      },
    }),
  ];
}

/** What the sender goes without, in the words of the conflicts. */
function accepted(words: readonly string[]): { withoutTags: string[]; keepOwner: boolean } {
  const tags = words.filter((word) => word.startsWith(withoutTag));
  return {
    withoutTags: tags.map((word) => word.slice(withoutTag.length)),
    keepOwner: words.includes('keep_owner'),
  };
}

const withoutTag = 'without_tag:';
