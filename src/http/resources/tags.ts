import { z } from 'zod';
import { newId } from '../../commands/context.js';
import { tagFields } from '../../commands/tags/fields.js';
import { changeTag, createTag, deleteTag } from '../../commands/tags/tag-commands.js';
import { type Past } from '../../history/past.js';
import { type TagQueries, tagSortFields } from '../../queries/tags/tag-queries.js';
import { type Answer, type Commanding } from '../commanding.js';
import { route } from '../define-route.js';
import { actorOf, type Querying } from '../querying.js';
import { type AnyRoute, none } from '../route.js';
import { AsOf, asOf, listOf, OneId, pagingFields, searchText, sortBy, wire } from '../wire.js';
import { TagView } from './views.js';

const { name, color } = tagFields;
const NewTag = z.strictObject({ name, color: color.optional() });
const TagChanges = z.strictObject({ name, color }).partial();
const Filter = z.strictObject({
  ...pagingFields,
  ...asOf,
  sort: sortBy(tagSortFields, 'name'),
  q: searchText.optional(),
});

export function tagRoutes(
  commanding: Commanding,
  querying: Querying,
  queries: TagQueries,
  past: Past,
): AnyRoute[] {
  const common = { tag: 'tags', access: 'user', query: none, body: none } as const;
  const theTag = (id: string): Answer => ({
    id,
    status: 200,
    read: (actor) => queries.one(actor, id),
  });

  return [
    route({
      ...common,
      method: 'get',
      path: '/tags',
      summary: 'List tags',
      description: 'Your own ones, or everyone’s with `tags:read:any`.',
      kind: 'query',
      params: none,
      query: Filter,
      answers: { 200: { description: 'A page of tags', body: listOf(TagView) } },
      handle: ({ query: { skip, limit, sort, q, as_of }, occasion }) =>
        querying.page(occasion, (actor) =>
          queries.list(actor, { q }, sort, { skip, limit }, past.servicesAndTags(as_of)),
        ),
    }),
    route({
      ...common,
      method: 'post',
      path: '/tags',
      summary: 'Create a tag',
      kind: 'command',
      params: none,
      body: NewTag,
      answers: { 201: { description: 'The tag', body: TagView } },
      handle: ({ body, occasion }) => {
        const context = commanding.context(occasion);
        const tagId = newId(context, 'tag');
        const input = { ...body, tagId, creatorId: actorOf(occasion).id };
        return commanding.reply(createTag, input, context, {
          ...theTag(tagId),
          status: 201,
          headers: { Location: `/api/v1/tags/${tagId}` },
        });
      },
    }),
    route({
      ...common,
      method: 'get',
      path: '/tags/{id}',
      summary: 'Get a tag',
      kind: 'query',
      params: OneId,
      query: AsOf,
      answers: { 200: { description: 'The tag', body: TagView } },
      handle: ({ params: { id }, query: { as_of }, occasion }) =>
        querying.one(occasion, 'Tag not found', (actor) =>
          queries.one(actor, id, past.tag(id, as_of)),
        ),
    }),
    route({
      ...common,
      method: 'patch',
      path: '/tags/{id}',
      summary: 'Change a tag',
      kind: 'command',
      params: OneId,
      body: TagChanges,
      answers: { 200: { description: 'The tag', body: TagView } },
      handle: ({ params: { id }, body, occasion }) =>
        commanding.reply(
          changeTag,
          { ...body, tagId: id },
          commanding.context(occasion),
          theTag(id),
        ),
    }),
    route({
      ...common,
      method: 'delete',
      path: '/tags/{id}',
      summary: 'Delete a tag',
      description: 'It leaves its services, and its name is free again.',
      kind: 'command',
      params: OneId,
      answers: { 200: { description: 'Done', body: wire.message } },
      handle: ({ params: { id }, occasion }) =>
        commanding.reply(deleteTag, { tagId: id }, commanding.context(occasion), {
          id,
          message: 'Tag deleted successfully',
        }),
    }),
  ];
}
