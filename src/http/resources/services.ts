import { z } from 'zod';
import { type Command } from '../../commands/command.js';
import { newId } from '../../commands/context.js';
import { changeService } from '../../commands/services/change-service.js';
import { expectFields, serviceFields } from '../../commands/services/fields.js';
import { registerService } from '../../commands/services/register-service.js';
import {
  deleteService,
  pauseService,
  resumeService,
  tagService,
  transferService,
  untagService,
} from '../../commands/services/service-actions.js';
import { type ServiceState } from '../../domain/services/service-state.js';
import { serviceTypes } from '../../domain/services/target.js';
import { type Past } from '../../history/past.js';
import { serviceSortFields, type ServiceQueries } from '../../queries/services/service-queries.js';
import { type Answer, type Commanding } from '../commanding.js';
import { route } from '../define-route.js';
import { actorOf, type Querying } from '../querying.js';
import { type Answers, type AnyRoute, none, type Reply, type RequestOccasion } from '../route.js';
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
import { type KnownProblem, requireReachable } from './target-guard.js';
import { ServiceView } from './views.js';

const Expect = z
  .strictObject({
    method: expectFields.method,
    headers: expectFields.headers,
    status: expectFields.status,
    body_contains: expectFields.bodyContains,
    record_type: expectFields.recordType,
    answers: expectFields.answers,
    resolver: expectFields.resolver,
  })
  .partial()
  .transform(({ body_contains, record_type, ...same }) => ({
    ...same,
    ...(body_contains !== undefined && { bodyContains: body_contains }),
    ...(record_type !== undefined && { recordType: record_type }),
  }));

const optional = z
  .strictObject({
    interval_seconds: serviceFields.intervalSeconds,
    timeout_ms: serviceFields.timeoutMs,
    failure_threshold: serviceFields.failureThreshold,
    success_threshold: serviceFields.successThreshold,
    degraded_above_ms: serviceFields.degradedAboveMs,
    expect: Expect,
    tags: serviceFields.tagIds,
  })
  .partial();

const { name, url, type } = serviceFields;
const NewService = optional.extend({ name, url, type });
const ServiceChanges = optional.extend(z.strictObject({ name, url, type }).partial().shape);

const Filter = z.strictObject({
  ...pagingFields,
  ...asOf,
  sort: sortBy(serviceSortFields, '-created_at'),
  status: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']).optional(),
  type: z.enum(serviceTypes).optional(),
  tag: z.union([wire.id.transform((id) => [id]), z.array(wire.id)]).optional(),
  q: searchText.optional(),
  user_id: wire.id.optional(),
  paused: yesOrNo.optional(),
});

const ServiceAndTag = z.strictObject({ id: wire.id, tag_id: wire.id });

const itself: Answers = { 200: { description: 'The service', body: ServiceView } };

export function serviceRoutes(
  commanding: Commanding,
  querying: Querying,
  queries: ServiceQueries,
  past: Past,
  knownProblem: KnownProblem,
): AnyRoute[] {
  const theService = (id: string): Answer => ({
    id,
    status: 200,
    read: (actor) => queries.one(actor, id),
  });

  /** A command that needs to know nothing but which service. */
  const action = (
    path: string,
    summary: string,
    command: Command<{ serviceId: string }, ServiceState, undefined>,
  ): AnyRoute =>
    route({
      method: 'post',
      path,
      summary,
      tag: 'services',
      access: 'user',
      kind: 'command',
      params: OneId,
      query: none,
      body: none,
      answers: itself,
      handle: ({ params: { id }, occasion }) =>
        commanding.reply(command, { serviceId: id }, commanding.context(occasion), theService(id)),
    });

  const register = async (
    body: z.infer<typeof NewService>,
    occasion: RequestOccasion,
  ): Promise<Reply> => {
    requireReachable(knownProblem, body);
    const context = commanding.context(occasion);
    const serviceId = newId(context, 'service');
    const input = { ...toInput(body), serviceId, ownerId: actorOf(occasion).id };
    return commanding.reply(registerService, input, context, {
      ...theService(serviceId),
      status: 201,
      headers: { Location: `/api/v1/services/${serviceId}` },
    });
  };

  return [
    route({
      method: 'get',
      path: '/services',
      summary: 'List services',
      description: 'Your own ones, or everyone’s with `services:read:any`.',
      tag: 'services',
      access: 'user',
      kind: 'query',
      params: none,
      query: Filter,
      body: none,
      answers: { 200: { description: 'A page of services', body: listOf(ServiceView) } },
      handle: ({ query: { skip, limit, sort, tag, user_id, as_of, ...same }, occasion }) =>
        querying.page(occasion, (actor) => {
          const filter = { ...same, tagIds: tag, userId: user_id };
          const source = past.servicesAndTags(as_of);
          return queries.list(actor, filter, sort, { skip, limit }, source);
        }),
    }),
    route({
      method: 'post',
      path: '/services',
      summary: 'Register a service',
      tag: 'services',
      access: 'user',
      kind: 'command',
      params: none,
      query: none,
      body: NewService,
      answers: { 201: { description: 'The service', body: ServiceView } },
      handle: ({ body, occasion }) => register(body, occasion),
    }),
    route({
      method: 'get',
      path: '/services/{id}',
      summary: 'Get a service',
      tag: 'services',
      access: 'user',
      kind: 'query',
      params: OneId,
      query: AsOf,
      body: none,
      answers: itself,
      handle: ({ params: { id }, query: { as_of }, occasion }) =>
        querying.one(occasion, 'Service not found', (actor) =>
          queries.one(actor, id, past.service(id, as_of)),
        ),
    }),
    route({
      method: 'patch',
      path: '/services/{id}',
      summary: 'Change a service',
      description: 'What is not sent stays as it is, within `expect`, too.',
      tag: 'services',
      access: 'user',
      kind: 'command',
      params: OneId,
      query: none,
      body: ServiceChanges,
      answers: itself,
      handle: async ({ params: { id }, body, occasion }) => {
        requireReachable(knownProblem, body);
        return commanding.reply(
          changeService,
          { ...toInput(body), serviceId: id },
          commanding.context(occasion),
          theService(id),
        );
      },
    }),
    route({
      method: 'delete',
      path: '/services/{id}',
      summary: 'Delete a service',
      description: 'It can be brought back with `/services/{id}/restore`.',
      tag: 'services',
      access: 'user',
      kind: 'command',
      params: OneId,
      query: none,
      body: none,
      answers: { 200: { description: 'Done', body: wire.message } },
      handle: ({ params: { id }, occasion }) =>
        commanding.reply(deleteService, { serviceId: id }, commanding.context(occasion), {
          id,
          message: 'Service deleted successfully',
        }),
    }),
    ...(['put', 'delete'] as const).map((method) =>
      route({
        method,
        path: '/services/{id}/tags/{tag_id}',
        summary: method === 'put' ? 'Tag a service' : 'Take a tag off a service',
        tag: 'services',
        access: 'user',
        kind: 'command',
        params: ServiceAndTag,
        query: none,
        body: none,
        answers: itself,
        handle: ({ params: { id, tag_id }, occasion }) => {
          const input = { serviceId: id, tagId: tag_id };
          const context = commanding.context(occasion);
          return method === 'put'
            ? commanding.reply(tagService, input, context, theService(id))
            : commanding.reply(untagService, input, context, theService(id));
        },
      }),
    ),
    action('/services/{id}/pause', 'Stop checking a service', pauseService),
    action('/services/{id}/resume', 'Check a service again', resumeService),
    route({
      method: 'post',
      path: '/services/{id}/transfer',
      summary: 'Give a service to another user',
      tag: 'services',
      access: 'user',
      kind: 'command',
      params: OneId,
      query: none,
      body: z.strictObject({ user_id: wire.id }),
      answers: itself,
      handle: ({ params: { id }, body: { user_id }, occasion }) =>
        commanding.reply(
          transferService,
          { serviceId: id, ownerId: user_id },
          commanding.context(occasion),
          theService(id),
        ),
    }),
  ];
}

/** The wire's names to the commands'. What was not sent must stay absent. */
function toInput(body: z.infer<typeof ServiceChanges>): object {
  return defined({
    name: body.name,
    url: body.url,
    type: body.type,
    intervalSeconds: body.interval_seconds,
    timeoutMs: body.timeout_ms,
    failureThreshold: body.failure_threshold,
    successThreshold: body.success_threshold,
    degradedAboveMs: body.degraded_above_ms,
    expect: body.expect,
    tagIds: body.tags,
  });
}

function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
