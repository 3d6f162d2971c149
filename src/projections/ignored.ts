import { ignoring } from './projection.js';

/** Event types by what they are about, for projections that are about something else. */
export const ignored = {
  services: ignoring(
    'ServiceRegistered',
    'ServiceRenamed',
    'ServiceRetargeted',
    'ServiceRescheduled',
    'ServiceThresholdsChanged',
    'ServiceExpectationChanged',
    'ServiceTagged',
    'ServiceUntagged',
    'ServicePaused',
    'ServiceResumed',
    'ServiceTransferred',
    'ServiceDeleted',
    'ServiceRestored',
    'ServiceHealthChanged',
  ),
  tags: ignoring('TagCreated', 'TagRenamed', 'TagRecolored', 'TagDeleted', 'TagNameForfeited'),
  users: ignoring(
    'UserRegistered',
    'UserEmailChanged',
    'UserRenamed',
    'UserPasswordChanged',
    'UserRoleAssigned',
    'SuperuserGranted',
    'SuperuserRevoked',
    'UserDeactivated',
    'UserReactivated',
    'UserDeleted',
    'UserEmailForfeited',
  ),
  roles: ignoring('RoleDefined', 'RolePermissionsGranted', 'RolePermissionsRevoked', 'RoleRemoved'),
  projections: ignoring(
    'ProjectionRebuildRequested',
    'ProjectionRollbackRequested',
    'ProjectionRebuildCancelled',
    'ProjectionRebuildEnded',
    'ProjectionRetried',
    'ProjectionEventSkipped',
  ),
  /** What only the write side needs to know. */
  writeSide: ignoring(
    'NameClaimed',
    'NameReleased',
    'SuperuserEnlisted',
    'SuperuserDischarged',
    'CommandKeyed',
    'CommandRefused',
  ),
};
