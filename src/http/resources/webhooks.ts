import { z } from 'zod';
import { newId } from '../../commands/context.js';
import { webhookFields } from '../../commands/webhooks/fields.js';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  enableWebhook,
  rotateWebhookSecret,
} from '../../commands/webhooks/webhook-commands.js';
import { type WebhookQueries, webhookSortFields } from '../../queries/webhooks/webhook-queries.js';
import { type Answer, type Commanding } from '../commanding.js';
import { route } from '../define-route.js';
import { invalidFields } from '../problem.js';
import { actorOf, type Querying } from '../querying.js';
import { type Answers, type AnyRoute, none } from '../route.js';
import { listOf, OneId, pagingFields, sortBy, wire } from '../wire.js';
import { WebhookView, WebhookWithSecretView } from './views.js';

export interface WebhookRouteParts {
  readonly commanding: Commanding;
  readonly querying: Querying;
  readonly webhooks: WebhookQueries;
  readonly secrets: WebhookSecretsOf;
  /** Says why nothing can be sent to an address from here; `undefined` when it can, as far as that is known now. */
  readonly receiverProblem: (url: string) => string | undefined;
}

/** What requests to a webhook are signed with. */
export interface WebhookSecretsOf {
  first(webhookId: string): Promise<string>;
  rotate(webhookId: string, number: number): Promise<string>;
}

const { url, events, tagIds, serviceIds } = webhookFields;
const filters = z.strictObject({ events, tags: tagIds, services: serviceIds }).partial();
const NewWebhook = filters.extend({ url });
const WebhookChanges = filters.extend({ url: url.optional() });
const Filter = z.strictObject({
  ...pagingFields,
  sort: sortBy(webhookSortFields, '-created_at'),
});

const itself: Answers = { 200: { description: 'The webhook', body: WebhookView } };

const soon: Answers = {
  202: {
    description: 'It has happened, and will be visible shortly',
    body: z.object({ id: z.string(), secret: z.string() }),
  },
};

export function webhookRoutes(parts: WebhookRouteParts): AnyRoute[] {
  const { commanding, querying, webhooks, secrets } = parts;
  const common = { tag: 'webhooks', access: 'user', query: none, body: none } as const;
  const theWebhook = (id: string): Answer => ({
    id,
    status: 200,
    read: (actor) => webhooks.one(actor, id),
  });

  return [
    route({
      ...common,
      method: 'get',
      path: '/webhooks',
      summary: 'List webhooks',
      description: 'Your own ones, or everyone’s with `webhooks:read:any`.',
      kind: 'query',
      params: none,
      query: Filter,
      answers: { 200: { description: 'A page of webhooks', body: listOf(WebhookView) } },
      handle: ({ query: { skip, limit, sort }, occasion }) =>
        querying.page(occasion, (actor) => webhooks.list(actor, sort, { skip, limit })),
    }),
    route({
      ...common,
      method: 'post',
      path: '/webhooks',
      summary: 'Create a webhook',
      description:
        'It hears of what happens from now on to services that you may read: of changes of their health, unless `events` ' +
        'says otherwise. `url` may also be `mailto:somebody@example.org`. The secret that requests are signed with is ' +
        'shown here only.',
      kind: 'command',
      params: none,
      body: NewWebhook,
      answers: { 201: { description: 'The webhook', body: WebhookWithSecretView }, ...soon },
      handle: ({ body, occasion }) => {
        requireReachable(parts, body.url);
        const context = commanding.context(occasion);
        const webhookId = newId(context, 'webhook');
        const input = { ...toInput(body), webhookId, ownerId: actorOf(occasion).id };
        return commanding.reply(createWebhook, input, context, {
          ...theWebhook(webhookId),
          status: 201,
          headers: { Location: `/api/v1/webhooks/${webhookId}`, ...neverKept },
          once: async () => ({ secret: await secrets.first(webhookId) }),
        });
      },
    }),
    route({
      ...common,
      method: 'get',
      path: '/webhooks/{id}',
      summary: 'Get a webhook',
      kind: 'query',
      params: OneId,
      answers: itself,
      handle: ({ params: { id }, occasion }) =>
        querying.one(occasion, 'Webhook not found', (actor) => webhooks.one(actor, id)),
    }),
    route({
      ...common,
      method: 'patch',
      path: '/webhooks/{id}',
      summary: 'Change a webhook',
      kind: 'command',
      params: OneId,
      body: WebhookChanges,
      answers: itself,
      handle: ({ params: { id }, body, occasion }) => {
        if (body.url !== undefined) requireReachable(parts, body.url);
        const input = { ...toInput(body), webhookId: id };
        return commanding.reply(changeWebhook, input, commanding.context(occasion), theWebhook(id));
      },
    }),
    route({
      ...common,
      method: 'delete',
      path: '/webhooks/{id}',
      summary: 'Delete a webhook',
      description: 'What it has not got yet is not sent any more.',
      kind: 'command',
      params: OneId,
      answers: { 200: { description: 'Done', body: wire.message } },
      handle: ({ params: { id }, occasion }) =>
        commanding.reply(deleteWebhook, { webhookId: id }, commanding.context(occasion), {
          id,
          message: 'Webhook deleted successfully',
        }),
    }),
    route({
      ...common,
      method: 'post',
      path: '/webhooks/{id}/enable',
      summary: 'Enable a webhook again',
      description:
        'It was disabled when nothing got through for long. It hears of what happens from now on.',
      kind: 'command',
      params: OneId,
      answers: itself,
      handle: ({ params: { id }, occasion }) =>
        commanding.reply(
          enableWebhook,
          { webhookId: id },
          commanding.context(occasion),
          theWebhook(id),
        ),
    }),
    route({
      ...common,
      method: 'post',
      path: '/webhooks/{id}/rotate-secret',
      summary: 'Replace the secret of a webhook',
      description:
        'The new one is shown here only. For a day, requests are signed with both. Nothing else changes.',
      kind: 'command',
      params: OneId,
      answers: { 200: { description: 'The webhook', body: WebhookWithSecretView }, ...soon },
      handle: ({ params: { id }, occasion }) =>
        commanding.reply(rotateWebhookSecret, { webhookId: id }, commanding.context(occasion), {
          ...theWebhook(id),
          headers: neverKept,
          // The revision of the rotation numbers the secret, so that a retry gets the same one.
          once: async ({ revision }) => ({ secret: await secrets.rotate(id, revision + 1) }),
        }),
    }),
  ];
}

/** Answers that show a secret are kept nowhere. */
const neverKept = { 'Cache-Control': 'no-store' };

/** @throws Problem 422 */
function requireReachable(
  { receiverProblem }: Pick<WebhookRouteParts, 'receiverProblem'>,
  address: string,
): void {
  const problem = receiverProblem(address);
  if (problem !== undefined) throw invalidFields([{ path: 'url', message: problem }]);
}

/** The wire's names to the commands'. What was not sent must stay absent. */
function toInput({ tags, services, ...same }: z.infer<typeof WebhookChanges>): object {
  return {
    ...same,
    ...(tags !== undefined && { tagIds: tags }),
    ...(services !== undefined && { serviceIds: services }),
  };
}
