import { type CommandBus } from '../commands/command-bus.js';
import { commandContext } from '../commands/context.js';
import { disableWebhook } from '../commands/webhooks/webhook-commands.js';
import { type ProcessActor, reach } from '../domain/access/actor.js';
import { type KnownUser, type UserDirectory } from '../domain/access/user-directory.js';
import { DomainError } from '../domain/domain-error.js';
import { type DisablingReason } from '../domain/webhooks/events.js';
import { receiverOf } from '../domain/webhooks/receiver.js';
import { type Webhook } from '../domain/webhooks/webhook.js';
import { type Attempt, failed } from './attempt.js';
import { type Deliveries, type Delivery, type DropCode } from './deliveries.js';
import { type Failures, isHopeless } from './failures.js';
import { type Job } from './job-queue.js';
import { retryDelay } from './retry-schedule.js';
import { type Scene } from './scene.js';
import { type Sender } from './sender.js';
import { type WebhookSecrets } from './webhook-secrets.js';

export interface DelivererParts {
  readonly bus: CommandBus;
  readonly directory: UserDirectory;
  readonly scene: Scene;
  readonly deliveries: Deliveries;
  readonly failures: Failures;
  readonly secrets: WebhookSecrets;
  readonly http: Sender;
  /** `undefined` where no mail server is configured. */
  readonly mail: Sender | undefined;
}

/** Makes the attempt a job stands for, and sees to what follows from it. */
export class Deliverer {
  constructor(private readonly parts: DelivererParts) {}

  /** Throws when it could not find out what to do; the job is then to be done again. */
  async work(job: Job): Promise<void> {
    const { scene, deliveries } = this.parts;
    const delivery = await deliveries.pending(job.deliveryId);
    if (delivery === undefined) return deliveries.forget(job);
    const webhook = await scene.webhook(delivery.webhookId);
    if (webhook === undefined) return deliveries.drop(job, delivery, 'webhook_deleted');
    const obstacle = await this.obstacleTo(delivery, webhook);
    if (obstacle !== undefined) return deliveries.drop(job, delivery, obstacle);

    const began = performance.now();
    const attempt = await this.send(webhook, delivery);
    const latencyMs = Math.round(performance.now() - began);
    await deliveries.record(job, delivery, attempt, {
      latencyMs,
      retryAfterMs: attempt.ok ? undefined : nextTry(attempt, delivery),
    });
    await this.judge(webhook, delivery, attempt);
  }

  /** Rights are looked up now, not when the event happened: whoever lost sight of a service hears of it no more. */
  private async obstacleTo(
    { isTest, serviceId, givesUpAt }: Delivery,
    { ownerId, disabled }: Webhook,
  ): Promise<DropCode | undefined> {
    // No process was there to send it. Nobody wants to be told today what broke last week.
    if (givesUpAt <= new Date()) return 'too_late';
    const owner = await this.find(ownerId);
    if (owner?.isActive !== true) return 'owner_gone';
    // Whoever wants to know whether it works again may try before it is enabled.
    if (isTest) return undefined;
    if (disabled !== null) return 'webhook_disabled';
    const service = serviceId === null ? undefined : await this.parts.scene.service(serviceId);
    const isReadable =
      service !== undefined &&
      { any: true, own: service.ownerId === ownerId, none: false }[
        reach(owner.actor, 'services:read')
      ];
    return isReadable ? undefined : 'not_authorized';
  }

  /** Somebody may be so new that they are not known in this process yet. */
  private async find(userId: string): Promise<KnownUser | undefined> {
    const { directory } = this.parts;
    const known = directory.byId(userId);
    if (known !== undefined) return known;
    await directory.catchUp();
    return directory.byId(userId);
  }

  private async send({ id, url }: Webhook, delivery: Delivery): Promise<Attempt> {
    const receiver = receiverOf(url);
    const { http, mail, secrets } = this.parts;
    switch (receiver?.kind) {
      case 'http': {
        const valid = await secrets.valid(id);
        // Where a crash came between webhook and secret, nobody knows one yet.
        const signing = valid.length > 0 ? valid : [await secrets.first(id)];
        return http.send(receiver.url, { delivery, secrets: signing });
      }
      case 'mail':
        return (
          mail?.send(receiver.to, { delivery, secrets: [] }) ??
          failed('mail_not_configured', 'No mail server is configured: set SMTP_URL and MAIL_FROM')
        );
      case undefined:
        return failed('url_invalid', 'The address is none that can be sent to', {
          isLasting: true,
        });
    }
  }

  /** Tests neither count as failures nor disable anything; one that gets through shows that all is well. */
  private async judge({ id }: Webhook, { isTest }: Delivery, attempt: Attempt): Promise<void> {
    const { failures } = this.parts;
    if (attempt.ok) return failures.forget(id);
    if (isTest) return;
    const failing = await failures.count(id);
    if (attempt.isGone) return this.disable(id, 'gone', failing.since);
    if (isHopeless(failing, new Date())) return this.disable(id, 'failing', failing.since);
  }

  private async disable(webhookId: string, reason: DisablingReason, since: Date): Promise<void> {
    const input = { webhookId, reason, since: since.toISOString() };
    try {
      await this.parts.bus.execute(disableWebhook, input, commandContext(notifications));
    } catch (error) {
      // Deleted meanwhile.
      if (!(error instanceof DomainError && error.code === 'webhook-not-found')) throw error;
    }
  }
}

function nextTry(
  attempt: Extract<Attempt, { ok: false }>,
  { isTest, attempts, givesUpAt }: Delivery,
): number | undefined {
  // Whoever tries a webhook wants to know now, and can try again.
  if (isTest || attempt.isGone) return undefined;
  return retryDelay(attempt, { attempts: attempts + 1, now: new Date(), givesUpAt });
}

const notifications: ProcessActor = { kind: 'process', id: 'notifications' };
