import { randomUUID } from 'node:crypto';
import { type EventOfType, type EventType } from '../../../src/domain/events.js';
import { defaultExpectation } from '../../../src/domain/services/expectation.js';
import { defaultSchedule, defaultThresholds } from '../../../src/domain/services/schedule.js';

/** Whom the examples are about. */
export const ids = {
  serviceId: randomUUID(),
  tagId: randomUUID(),
  userId: randomUUID(),
  heirId: randomUUID(),
  credentialId: randomUUID(),
  webhookId: randomUUID(),
};

const { serviceId, tagId, userId, heirId, credentialId, webhookId } = ids;
const role = 'auditor';

/** One event of every type there is; the compiler counts them. */
export const examples: { readonly [Type in EventType]: EventOfType<Type> } = {
  ServiceRegistered: {
    type: 'ServiceRegistered',
    data: {
      serviceId,
      ownerId: userId,
      name: 'Shop',
      target: { type: 'http', url: 'https://shop.example.org/health' },
      schedule: defaultSchedule,
      thresholds: defaultThresholds,
      expectation: defaultExpectation('http'),
    },
  },
  ServiceRenamed: { type: 'ServiceRenamed', data: { serviceId, name: 'Store' } },
  ServiceRetargeted: {
    type: 'ServiceRetargeted',
    data: { serviceId, target: { type: 'dns', url: 'dns://example.org' } },
  },
  ServiceRescheduled: {
    type: 'ServiceRescheduled',
    data: { serviceId, schedule: { intervalSeconds: 30, timeoutMs: 1_000 } },
  },
  ServiceThresholdsChanged: {
    type: 'ServiceThresholdsChanged',
    data: {
      serviceId,
      thresholds: { failureThreshold: 5, successThreshold: 2, degradedAboveMs: 250 },
    },
  },
  ServiceExpectationChanged: {
    type: 'ServiceExpectationChanged',
    data: {
      serviceId,
      expectation: { type: 'dns', recordType: 'MX', answers: ['mail'], resolver: '9.9.9.9' },
    },
  },
  ServiceTagged: { type: 'ServiceTagged', data: { serviceId, tagId } },
  ServiceUntagged: { type: 'ServiceUntagged', data: { serviceId, tagId } },
  ServicePaused: { type: 'ServicePaused', data: { serviceId } },
  ServiceResumed: { type: 'ServiceResumed', data: { serviceId } },
  ServiceTransferred: { type: 'ServiceTransferred', data: { serviceId, ownerId: heirId } },
  ServiceHealthChanged: {
    type: 'ServiceHealthChanged',
    data: {
      serviceId,
      from: 'healthy',
      to: 'unhealthy',
      since: '2026-03-03T12:00:00.000Z',
      reason: 'checks',
      evidence: {
        checks: 3,
        outcome: 'down',
        code: 'connect_refused',
        message: 'Connection refused by 192.0.2.7:443',
        latencyMs: null,
        checkedAt: '2026-03-03T12:02:00.000Z',
      },
    },
  },
  ServiceDeleted: { type: 'ServiceDeleted', data: { serviceId } },
  ServiceRestored: { type: 'ServiceRestored', data: { serviceId } },
  TagCreated: {
    type: 'TagCreated',
    data: { tagId, creatorId: userId, name: 'urgent', color: '#ff0000' },
  },
  TagRenamed: { type: 'TagRenamed', data: { tagId, name: 'later' } },
  TagRecolored: { type: 'TagRecolored', data: { tagId, color: '#00ff00' } },
  TagDeleted: { type: 'TagDeleted', data: { tagId } },
  TagNameForfeited: { type: 'TagNameForfeited', data: { tagId } },
  UserRegistered: {
    type: 'UserRegistered',
    data: { userId, email: 'ada@example.org', fullName: 'Ada', role, credentialId },
  },
  UserEmailChanged: { type: 'UserEmailChanged', data: { userId, email: 'countess@example.org' } },
  UserRenamed: { type: 'UserRenamed', data: { userId, fullName: null } },
  UserPasswordChanged: { type: 'UserPasswordChanged', data: { userId, credentialId: heirId } },
  UserRoleAssigned: { type: 'UserRoleAssigned', data: { userId, role: 'operator' } },
  SuperuserGranted: { type: 'SuperuserGranted', data: { userId } },
  SuperuserRevoked: { type: 'SuperuserRevoked', data: { userId } },
  UserDeactivated: { type: 'UserDeactivated', data: { userId } },
  UserReactivated: { type: 'UserReactivated', data: { userId } },
  UserDeleted: { type: 'UserDeleted', data: { userId, reassignServicesTo: heirId } },
  UserEmailForfeited: { type: 'UserEmailForfeited', data: { userId } },
  SuperuserEnlisted: { type: 'SuperuserEnlisted', data: { userId, asOf: 3 } },
  SuperuserDischarged: { type: 'SuperuserDischarged', data: { userId, asOf: 4 } },
  WebhookCreated: {
    type: 'WebhookCreated',
    data: {
      webhookId,
      ownerId: userId,
      url: 'https://hooks.example.org/in',
      filters: { events: ['service.unhealthy'], tagIds: [], serviceIds: [] },
    },
  },
  WebhookRetargeted: {
    type: 'WebhookRetargeted',
    data: { webhookId, ownerId: userId, url: 'mailto:ada@example.org' },
  },
  WebhookFiltersChanged: {
    type: 'WebhookFiltersChanged',
    data: {
      webhookId,
      filters: { events: ['service.healthy'], tagIds: [tagId], serviceIds: [serviceId] },
    },
  },
  WebhookSecretRotated: { type: 'WebhookSecretRotated', data: { webhookId } },
  WebhookDisabled: {
    type: 'WebhookDisabled',
    data: { webhookId, reason: 'failing', since: '2026-03-03T12:00:00.000Z' },
  },
  WebhookEnabled: { type: 'WebhookEnabled', data: { webhookId } },
  WebhookDeleted: { type: 'WebhookDeleted', data: { webhookId } },
  RoleDefined: {
    type: 'RoleDefined',
    data: { role, permissions: ['tags:read', 'audit:read'], builtIn: false },
  },
  RolePermissionsGranted: {
    type: 'RolePermissionsGranted',
    data: { role, permissions: ['tags:create'] },
  },
  RolePermissionsRevoked: {
    type: 'RolePermissionsRevoked',
    data: { role, permissions: ['audit:read'] },
  },
  RoleRemoved: { type: 'RoleRemoved', data: { role } },
  NameClaimed: { type: 'NameClaimed', data: { kind: 'tag-name', holderId: tagId, asOf: -1 } },
  NameReleased: { type: 'NameReleased', data: { kind: 'tag-name', holderId: tagId, asOf: 0 } },
  CommandKeyed: {
    type: 'CommandKeyed',
    data: {
      actorId: userId,
      command: 'CreateTag',
      fingerprint: '0'.repeat(64),
      target: `tag-${tagId}`,
      events: 1,
    },
  },
  ProjectionRebuildRequested: {
    type: 'ProjectionRebuildRequested',
    data: { projection: 'services', rebuildId: serviceId, version: null },
  },
  ProjectionRollbackRequested: {
    type: 'ProjectionRollbackRequested',
    data: { projection: 'services', rebuildId: serviceId },
  },
  ProjectionRebuildCancelled: {
    type: 'ProjectionRebuildCancelled',
    data: { projection: 'services', rebuildId: serviceId },
  },
  ProjectionRebuildEnded: {
    type: 'ProjectionRebuildEnded',
    data: { projection: 'services', rebuildId: serviceId, outcome: 'swapped', reason: null },
  },
  ProjectionRetried: {
    type: 'ProjectionRetried',
    data: { projection: 'services', eventId: tagId },
  },
  ProjectionEventSkipped: {
    type: 'ProjectionEventSkipped',
    data: { projection: 'services', eventId: tagId, version: 1 },
  },
  CommandRefused: {
    type: 'CommandRefused',
    data: {
      actorId: userId,
      command: 'DeleteTag',
      target: `tag-${tagId}`,
      reason: 'Not authorized',
      unrecorded: 0,
    },
  },
};
