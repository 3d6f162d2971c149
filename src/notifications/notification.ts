import {
  type Evidence,
  type HealthStatus,
  type ServiceHealthEvent,
} from '../domain/health/events.js';
import { type Service } from '../domain/services/service-state.js';
import { type Tag } from '../domain/tags/tag.js';
import { type NotifiedEvent } from '../domain/webhooks/notified-event.js';
import { type RecordedEvent } from '../event-store/event-store.js';

/** What a receiver is told, as the body of a request has it. */
export interface Notification {
  /** Of the event: the same in every attempt, and in the header `Idempotency-Key`. */
  readonly id: string;
  readonly event: NotifiedEvent | 'webhook.test';
  readonly occurred_at: string;
  /** Counts up within the health or the configuration of one service: of two, the greater is the newer one. */
  readonly revision: number | null;
  /** For people. */
  readonly sentence: string;
  /** To the service, where the address of this Watchbook is known. */
  readonly link: string | null;
  readonly service: NotifiedService | null;
  readonly change: HealthChange | null;
  readonly evidence: object | null;
}

interface NotifiedService {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly type: string;
  readonly status: HealthStatus;
  readonly tags: readonly Pick<Tag, 'id' | 'name' | 'color'>[];
}

interface HealthChange {
  readonly from: HealthStatus;
  readonly to: HealthStatus;
  readonly since: string;
  readonly reason: string;
}

/** What is known of the service an event is about, beyond the event. */
export interface Surroundings {
  readonly service: Service;
  readonly tags: readonly Tag[];
  /** Its health now. */
  readonly status: HealthStatus;
  /** Where people reach this Watchbook, without a slash at the end. */
  readonly publicUrl: string | undefined;
}

export function notificationAbout(
  { id, event, revision, recordedAt }: RecordedEvent,
  name: NotifiedEvent,
  { service, tags, status, publicUrl }: Surroundings,
): Notification {
  const health = event.type === 'ServiceHealthChanged' ? event.data : undefined;
  return {
    id,
    event: name,
    occurred_at: recordedAt,
    revision,
    sentence:
      health === undefined ? configured(name, service) : changedHealth(service.name, health),
    link: publicUrl === undefined ? null : `${publicUrl}/api/v1/services/${service.id}`,
    service: {
      id: service.id,
      name: service.name,
      url: service.target.url,
      type: service.target.type,
      status: health?.to ?? status,
      tags: tags.map(({ id: tagId, name: tagName, color }) => ({
        id: tagId,
        name: tagName,
        color,
      })),
    },
    change: health === undefined ? null : changeOf(health),
    evidence: health?.evidence ? evidenceOf(health.evidence) : null,
  };
}

/** What the test button sends. */
export function testNotification(id: string, now: Date): Notification {
  return {
    id,
    event: 'webhook.test',
    occurred_at: now.toISOString(),
    revision: null,
    sentence: 'This is a test: notifications from Watchbook arrive here',
    link: null,
    service: null,
    change: null,
    evidence: null,
  };
}

type Health = ServiceHealthEvent['data'];

function changeOf({ from, to, since, reason }: Health): HealthChange {
  return { from, to, since, reason };
}

function evidenceOf(evidence: Evidence): object {
  const { checks, outcome, code, message, latencyMs, checkedAt } = evidence;
  return { checks, outcome, code, message, latency_ms: latencyMs, checked_at: checkedAt };
}

function changedHealth(name: string, { from, to, reason, evidence }: Health): string {
  const why = evidence === null ? '' : `: ${evidence.message}`;
  switch (to) {
    case 'unhealthy':
      return `${name} is unhealthy${why}`;
    case 'degraded':
      return `${name} is degraded${why}`;
    case 'healthy':
      return from === 'unknown' ? `${name} is healthy` : `${name} is healthy again`;
    case 'unknown':
      return {
        paused: `${name} is not checked any more: it was paused`,
        silence: `How ${name} is, is not known any more${why}`,
        checks: `How ${name} is, is not known${why}`,
      }[reason];
  }
}

function configured(event: NotifiedEvent, { name }: Service): string {
  return `${name} was ${event.slice('service.'.length)}`;
}
