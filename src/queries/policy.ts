import { type Actor, may, reach } from '../domain/access/actor.js';
import { type OwnablePermission, type Permission } from '../domain/access/permissions.js';
import { type RefusalReason } from '../domain/access/verdict.js';

/** What an actor may see: it becomes part of the SQL, so that nothing else ever leaves the database. */
export type Scope =
  | { readonly see: 'all' }
  | { readonly see: 'own'; readonly ownerId: string }
  | { readonly see: 'nothing' };

/** Says what an actor may see of a read model. */
export interface QueryPolicy {
  scope(actor: Actor): Scope;
}

/** The policy said no. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
  constructor(readonly reason: RefusalReason) {
    super(reason);
  }
}

/** @throws QueryRefused for whoever may see nothing: an empty list would hide that. */
export function requireSight(scope: Scope): Scope {
  if (scope.see === 'nothing') throw refusal(scope);
  return scope;
}

/** @throws QueryRefused when a scope does not cover what somebody owns. */
export function requireCovered(scope: Scope, ownerId: string): void {
  const isCovered = scope.see === 'all' || (scope.see === 'own' && scope.ownerId === ownerId);
  if (!isCovered) throw refusal(scope);
}

/** What to say to somebody who asked for one thing that exists, and is beyond their scope. */
export function refusal(scope: Scope): QueryRefused {
  return new QueryRefused(scope.see === 'nothing' ? 'Insufficient permissions' : 'Not authorized');
}

export class ReadServicesPolicy implements QueryPolicy {
  scope(actor: Actor): Scope {
    return ownOrAll(actor, 'services:read');
  }
}

export class ReadTagsPolicy implements QueryPolicy {
  scope(actor: Actor): Scope {
    return ownOrAll(actor, 'tags:read');
  }
}

export class ReadWebhooksPolicy implements QueryPolicy {
  scope(actor: Actor): Scope {
    return ownOrAll(actor, 'webhooks:read');
  }
}

/** Whoever may change users may see them. */
export class ReadUsersPolicy implements QueryPolicy {
  scope(actor: Actor): Scope {
    return all(actor, 'users:read', 'users:manage');
  }
}

/** Everybody who is logged in may see themselves. */
export class ReadOwnAccountPolicy implements QueryPolicy {
  scope(actor: Actor): Scope {
    return { see: 'own', ownerId: actor.id };
  }
}

export class ReadRolesPolicy implements QueryPolicy {
  scope(actor: Actor): Scope {
    return all(actor, 'roles:read', 'roles:manage', 'users:manage');
  }
}

export class ReadProjectionsPolicy implements QueryPolicy {
  scope(actor: Actor): Scope {
    return all(actor, 'projections:read', 'projections:manage');
  }
}

export class ReadAuditPolicy implements QueryPolicy {
  scope(actor: Actor): Scope {
    return all(actor, 'audit:read');
  }
}

function ownOrAll(actor: Actor, permission: OwnablePermission): Scope {
  switch (reach(actor, permission)) {
    case 'any':
      return { see: 'all' };
    case 'own':
      return { see: 'own', ownerId: actor.id };
    case 'none':
      return { see: 'nothing' };
  }
}

function all(actor: Actor, ...sufficient: Permission[]): Scope {
  return sufficient.some((permission) => may(actor, permission))
    ? { see: 'all' }
    : { see: 'nothing' };
}
