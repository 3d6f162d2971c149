import { type DomainEvent } from '../../../src/domain/events.js';
import { type EventMetadata } from '../../../src/event-store/metadata.js';
import { examples, ids } from '../../projections/support/examples.js';
import { metadata } from './events.js';

const { serviceId, userId } = ids;
const registered = examples.ServiceRegistered.data;

/** What the examples of each type leave out: the other forms that their data can have. */
const otherForms: readonly DomainEvent[] = [
  {
    type: 'ServiceRegistered',
    data: {
      ...registered,
      target: { type: 'tcp', url: 'tcp://db.example.org:5432' },
      expectation: { type: 'tcp' },
      thresholds: { failureThreshold: 1, successThreshold: 2, degradedAboveMs: 800 },
    },
  },
  {
    type: 'ServiceRegistered',
    data: {
      ...registered,
      target: { type: 'icmp', url: 'icmp://host.example.org' },
      expectation: { type: 'icmp' },
    },
  },
  {
    type: 'ServiceRegistered',
    data: {
      ...registered,
      name: 'Größe 漢字 💥',
      target: { type: 'dns', url: 'dns://example.org' },
      expectation: { type: 'dns', recordType: 'A', answers: [], resolver: null },
    },
  },
  {
    type: 'ServiceExpectationChanged',
    data: {
      serviceId,
      expectation: {
        type: 'http',
        method: 'HEAD',
        headers: { accept: 'text/html', 'X-Probe': '' },
        status: [200, '300-399'],
        bodyContains: 'all is well',
      },
    },
  },
  { type: 'ServiceExpectationChanged', data: { serviceId, expectation: { type: 'tcp' } } },
  {
    type: 'ServiceHealthChanged',
    data: {
      serviceId,
      from: 'degraded',
      to: 'unknown',
      since: '2026-03-03T12:00:00.000Z',
      reason: 'paused',
      evidence: null,
    },
  },
  { type: 'UserRegistered', data: { ...examples.UserRegistered.data, fullName: null } },
  { type: 'UserRenamed', data: { userId, fullName: 'Ada Lovelace' } },
  { type: 'UserDeleted', data: { userId, reassignServicesTo: null } },
  {
    type: 'WebhookDisabled',
    data: { ...examples.WebhookDisabled.data, reason: 'gone' },
  },
  { type: 'NameClaimed', data: { ...examples.NameClaimed.data, kind: 'user-email' } },
];

/** Metadata in its forms: of a person's command, and of what a process did about an event. */
const occasions: readonly EventMetadata[] = [
  metadata({ requestId: 'request-1' }),
  metadata({
    actor: { kind: 'process', id: 'retire-users' },
    causationId: userId,
    allowedBy: 'process retire-users',
  }),
  metadata({ actor: { kind: 'anonymous', id: 'anonymous' }, allowedBy: null }),
];

export interface CorpusExample {
  readonly event: DomainEvent;
  readonly metadata: EventMetadata;
}

/** Events of a type in all their forms, as this build would write them. */
export function examplesOf(type: DomainEvent['type']): CorpusExample[] {
  const forms = [examples[type], ...otherForms.filter((event) => event.type === type)];
  const padded = [...forms, ...occasions.slice(forms.length).map(() => examples[type])];
  return padded.map((event, index) => ({
    event,
    metadata: occasions[index % occasions.length] ?? metadata(),
  }));
}
