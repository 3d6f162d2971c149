import { notificationOf, toldTypes } from '../domain/webhooks/told-events.js';
import { type EventStore, type RecordedEvent } from '../event-store/event-store.js';
import { type Position, start } from '../event-store/position.js';
import { keepDoing } from '../platform/keep-doing.js';
import { type Logger } from '../platform/logger.js';
import { type ReaderCheckpoint } from '../platform/reader-checkpoint.js';
import { type Deliveries } from './deliveries.js';
import { type Failures } from './failures.js';
import { notificationAbout } from './notification.js';
import { patienceMs } from './retry-schedule.js';
import { type Scene } from './scene.js';
import { WebhookRoster, webhookTypes } from './webhook-roster.js';
import { type WebhookSecrets } from './webhook-secrets.js';

export interface AnnouncerParts {
  readonly store: EventStore;
  readonly checkpoint: ReaderCheckpoint;
  readonly scene: Scene;
  readonly deliveries: Deliveries;
  readonly failures: Failures;
  readonly secrets: WebhookSecrets;
  readonly publicUrl: string | undefined;
  readonly log: Logger;
}

/**
 * Follows the log, and makes deliveries for the webhooks that want to hear of an event. Several processes may do so: of
 * each delivery there is one, and the checkpoint says up to where somebody made all of them.
 */
export class Announcer {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: AnnouncerParts) {}

  start(): void {
    const { signal } = this.stopping;
    this.running = keepDoing(() => this.follow(signal), {
      ...{ signal, retryMs },
      onFailure: (error) =>
        this.parts.log.error({ err: error }, 'Notifications stopped; they go on in a moment'),
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { roster, position } = await this.begin();
    const range = { after: position, types: [...webhookTypes, ...toldTypes] };
    for await (const { entries, upTo } of this.parts.store.subscribe(range, signal)) {
      for (const entry of entries) {
        if (!entry.readable) throw new Error(`${entry.stream}: ${entry.reason}`);
        await this.react(entry, roster);
        if (signal.aborted) return;
      }
      if (entries.length > 0) await this.parts.checkpoint.save(upTo);
    }
  }

  /** Where somebody was last, and the webhooks there were at that point. */
  private async begin(): Promise<{ roster: WebhookRoster; position: Position }> {
    const checkpoint = await this.parts.checkpoint.load();
    const roster = new WebhookRoster();
    let end = start;
    let isAnyThere = false;
    for await (const { entries, upTo } of this.parts.store.readAll({ types: webhookTypes })) {
      end = upTo;
      for (const entry of entries) {
        if (!entry.readable) throw new Error(`${entry.stream}: ${entry.reason}`);
        isAnyThere = true;
        if (checkpoint !== undefined && entry.position <= checkpoint) roster.apply(entry.event);
      }
    }
    // Where there never was a webhook, nobody has missed anything.
    return { roster, position: checkpoint ?? (isAnyThere ? start : end) };
  }

  private async react(recorded: RecordedEvent, roster: WebhookRoster): Promise<void> {
    const { event, position } = recorded;
    roster.apply(event);
    const { deliveries, failures, secrets } = this.parts;
    switch (event.type) {
      case 'WebhookDisabled':
        return deliveries.dropBefore(event.data.webhookId, position, 'webhook_disabled');
      case 'WebhookEnabled':
        return failures.forget(event.data.webhookId);
      case 'WebhookDeleted':
        await deliveries.dropBefore(event.data.webhookId, position, 'webhook_deleted');
        await failures.forget(event.data.webhookId);
        return secrets.forget(event.data.webhookId);
      default:
        return this.tell(recorded, roster);
    }
  }

  private async tell(recorded: RecordedEvent, roster: WebhookRoster): Promise<void> {
    const told = notificationOf(recorded.event);
    if (told === undefined || roster.isEmpty) return;
    // Nobody wants to be told today what broke last week.
    if (Date.now() - Date.parse(recorded.recordedAt) > patienceMs) return;
    const { scene, deliveries, publicUrl } = this.parts;
    const service = await scene.service(told.serviceId);
    if (service === undefined) return;
    const wanting = roster.wanting({ ...told, tagIds: service.tagIds });
    if (wanting.length === 0) return;
    // One request of somebody may change several things: it is one change.
    if (told.event === 'service.changed' && (await scene.isOfSameCommand(recorded))) return;
    const [tags, status] = [await scene.tags(service), await scene.status(service.id)];
    const surroundings = { service, tags, status, publicUrl };
    const notification = notificationAbout(recorded, told.event, surroundings);
    await deliveries.tell(notification, wanting, recorded.position);
  }
}

const retryMs = 500;
