import { services, tags, webhooks } from '../commands/aggregates.js';
import { type StateReader } from '../commands/state-reader.js';
import { type HealthStatus } from '../domain/health/events.js';
import { type Service } from '../domain/services/service-state.js';
import { type Tag } from '../domain/tags/tag.js';
import { type Webhook } from '../domain/webhooks/webhook.js';
import { type EventStore, type RecordedEvent } from '../event-store/event-store.js';
import { healthStream, serviceStream, tagStream, webhookStream } from '../event-store/stream-id.js';

/** What notifications need to know of other things, as the log has it now. */
export class Scene {
  constructor(
    private readonly store: Pick<EventStore, 'readStream'>,
    private readonly read: StateReader,
  ) {}

  /** Also of a service that is deleted; `undefined` for one that never was. */
  async service(serviceId: string): Promise<Service | undefined> {
    const state = await this.read.state(services, serviceStream(serviceId));
    return state.status === 'unborn' ? undefined : state;
  }

  async tags({ tagIds }: Service): Promise<readonly Tag[]> {
    const states = await Promise.all(tagIds.map((id) => this.read.state(tags, tagStream(id))));
    return states.flatMap((state) => (state.status === 'active' ? [state] : []));
  }

  async status(serviceId: string): Promise<HealthStatus> {
    const newest = { direction: 'backwards', limit: 1 } as const;
    for await (const entry of this.store.readStream(healthStream(serviceId), newest))
      if (entry.readable && entry.event.type === 'ServiceHealthChanged') return entry.event.data.to;
    return 'unknown';
  }

  /** `undefined` for one that is deleted, or never was. */
  async webhook(webhookId: string): Promise<Webhook | undefined> {
    const state = await this.read.state(webhooks, webhookStream(webhookId));
    return state.status === 'there' ? state : undefined;
  }

  /** Whether the event before it in its stream came of the same command. */
  async isOfSameCommand({ event, revision, metadata }: RecordedEvent): Promise<boolean> {
    if (revision === 0 || !('serviceId' in event.data)) return false;
    const before = { from: revision - 1, limit: 1 };
    for await (const entry of this.store.readStream(serviceStream(event.data.serviceId), before))
      return entry.readable && entry.metadata.commandId === metadata.commandId;
    return false;
  }
}
