import { type Permission, type OwnablePermission } from './permissions.js';

/**
 * Who wants something: a person, a process of Watchbook's own, or somebody who has not said who they are.
 *
 * What they may do is read from the current state at each request, never from a token.
 */
export type Actor = UserActor | ProcessActor | AnonymousActor;

export interface UserActor {
  readonly kind: 'user';
  readonly id: string;
  readonly isSuperuser: boolean;
  readonly permissions: ReadonlySet<Permission>;
}

/** Watchbook itself, finishing what an event began; `id` names the process, such as `retire-users`. */
export interface ProcessActor {
  readonly kind: 'process';
  readonly id: string;
}

export interface AnonymousActor {
  readonly kind: 'anonymous';
  readonly id: 'anonymous';
}

export const anonymous: AnonymousActor = { kind: 'anonymous', id: 'anonymous' };

export function may(actor: Actor, permission: Permission): boolean {
  switch (actor.kind) {
    case 'process':
      return true;
    case 'anonymous':
      return false;
    case 'user':
      return actor.isSuperuser || actor.permissions.has(permission);
  }
}

/** How far a permission that knows owners reaches for this actor: everyone's things, their own, or none. */
export function reach(actor: Actor, permission: OwnablePermission): 'any' | 'own' | 'none' {
  if (may(actor, `${permission}:any`)) return 'any';
  return may(actor, permission) ? 'own' : 'none';
}
