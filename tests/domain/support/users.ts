import { type UserEvent } from '../../../src/domain/users/events.js';
import { type User } from '../../../src/domain/users/user.js';

export const userId = 'ada';

export const ada: User = {
  id: userId,
  email: 'ada@example.org',
  fullName: 'Ada Lovelace',
  role: 'member',
  isActive: true,
  isSuperuser: false,
  credentialId: 'password-1',
};

export const registered: UserEvent = {
  type: 'UserRegistered',
  data: {
    userId,
    email: ada.email,
    fullName: ada.fullName,
    role: ada.role,
    credentialId: ada.credentialId,
  },
};

export const granted: UserEvent = { type: 'SuperuserGranted', data: { userId } };
export const revoked: UserEvent = { type: 'SuperuserRevoked', data: { userId } };
export const deactivated: UserEvent = { type: 'UserDeactivated', data: { userId } };
export const reactivated: UserEvent = { type: 'UserReactivated', data: { userId } };
export const forfeited: UserEvent = { type: 'UserEmailForfeited', data: { userId } };

export function deleted(reassignServicesTo: string | null = null): UserEvent {
  return { type: 'UserDeleted', data: { userId, reassignServicesTo } };
}
