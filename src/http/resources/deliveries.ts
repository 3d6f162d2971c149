import { z } from 'zod';
import { newId } from '../../commands/context.js';
import { retryDelivery, testWebhook } from '../../commands/webhooks/webhook-commands.js';
import { type Actor } from '../../domain/access/actor.js';
import { deliveryOutcomes, type DeliveryQueries } from '../../queries/webhooks/delivery-queries.js';
import { type WebhookQueries } from '../../queries/webhooks/webhook-queries.js';
import { type Commanding } from '../commanding.js';
import { route } from '../define-route.js';
import { Problem } from '../problem.js';
import { type Querying } from '../querying.js';
import { type Answers, type AnyRoute, none } from '../route.js';
import { listOf, OneId, pagingFields, wire } from '../wire.js';
import { DeliveryView } from './views.js';

export interface DeliveryRouteParts {
  readonly commanding: Commanding;
  readonly querying: Querying;
  readonly webhooks: WebhookQueries;
  readonly deliveries: DeliveryQueries;
  readonly desk: DeliveriesByHand;
}

/** What people can have sent. */
export interface DeliveriesByHand {
  test(webhookId: string, deliveryId: string): Promise<void>;
  /** Answers whether it is sent again. */
  retry(webhookId: string, deliveryId: string): Promise<boolean>;
}

const OneDelivery = z.strictObject({ id: wire.id, delivery_id: wire.id });
const Filter = z.strictObject({ ...pagingFields, outcome: z.enum(deliveryOutcomes).optional() });

const underWay: Answers = {
  202: { description: 'It is being sent; `Location` says what became of it', body: wire.accepted },
};

/** What was sent to a webhook, and sending more by hand. */
export function deliveryRoutes(parts: DeliveryRouteParts): AnyRoute[] {
  const { commanding, querying, webhooks, deliveries, desk } = parts;
  const common = { tag: 'webhooks', access: 'user', query: none, body: none } as const;
  const place = (id: string, deliveryId: string): string =>
    `/api/v1/webhooks/${id}/deliveries/${deliveryId}`;

  /** @throws Problem 404; QueryRefused */
  const requireWebhook = async (actor: Actor, id: string): Promise<void> => {
    if ((await webhooks.one(actor, id)) === undefined) throw new Problem(404, 'Webhook not found');
  };

  return [
    route({
      ...common,
      method: 'get',
      path: '/webhooks/{id}/deliveries',
      summary: 'What was sent to a webhook, newest first',
      description: 'Kept for 30 days. `excerpt` is the beginning of what the receiver answered.',
      kind: 'query',
      params: OneId,
      query: Filter,
      answers: { 200: { description: 'A page of deliveries', body: listOf(DeliveryView) } },
      handle: ({ params: { id }, query: { skip, limit, outcome }, occasion }) =>
        querying.page(occasion, async (actor) => {
          await requireWebhook(actor, id);
          return deliveries.list(id, outcome, { skip, limit });
        }),
    }),
    route({
      ...common,
      method: 'get',
      path: '/webhooks/{id}/deliveries/{delivery_id}',
      summary: 'What became of a delivery',
      kind: 'query',
      params: OneDelivery,
      answers: { 200: { description: 'The delivery', body: DeliveryView } },
      handle: ({ params: { id, delivery_id }, occasion }) =>
        querying.answer(occasion, async (actor) => {
          await requireWebhook(actor, id);
          const found = await deliveries.one(id, delivery_id);
          if (found === undefined) throw new Problem(404, notFound);
          return found;
        }),
    }),
    route({
      ...common,
      method: 'post',
      path: '/webhooks/{id}/test',
      summary: 'Send a test to a webhook',
      description:
        'At once, and once only, also to a webhook that is disabled. It takes the way that notifications take.',
      kind: 'command',
      params: OneId,
      answers: underWay,
      handle: ({ params: { id }, occasion }) => {
        const context = commanding.context(occasion);
        const deliveryId = newId(context, 'delivery');
        return commanding.accept(testWebhook, { webhookId: id }, context, {
          id: deliveryId,
          location: place(id, deliveryId),
          carryOut: () => desk.test(id, deliveryId),
        });
      },
    }),
    route({
      ...common,
      method: 'post',
      path: '/webhooks/{id}/deliveries/{delivery_id}/retry',
      summary: 'Send a delivery again',
      description: 'One that failed or was dropped; any other is a 409.',
      kind: 'command',
      params: OneDelivery,
      answers: underWay,
      handle: ({ params: { id, delivery_id: deliveryId }, occasion }) => {
        const input = { webhookId: id, deliveryId };
        return commanding.accept(retryDelivery, input, commanding.context(occasion), {
          id: deliveryId,
          location: place(id, deliveryId),
          async carryOut({ replayed }) {
            if ((await deliveries.one(id, deliveryId)) === undefined)
              throw new Problem(404, notFound);
            if (!replayed && !(await desk.retry(id, deliveryId)))
              throw new Problem(409, 'Only what failed or was dropped can be sent again');
          },
        });
      },
    }),
  ];
}

const notFound = 'Delivery not found';
