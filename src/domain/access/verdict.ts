import { type Actor, may, reach } from './actor.js';
import { type Permission, type OwnablePermission } from './permissions.js';

/** What a policy says. An allowance names what it rests on, so that the log can tell why something was allowed. */
export type Verdict =
  | { readonly allowed: true; readonly by: string }
  | { readonly allowed: false; readonly reason: RefusalReason };

export type RefusalReason =
  | 'Insufficient permissions'
  | 'Not authorized'
  | 'Sign-up is closed'
  | 'Superusers cannot delete themselves';

export const allow = (by: string): Verdict => ({ allowed: true, by });
export const deny = (reason: RefusalReason): Verdict => ({ allowed: false, reason });

/** The rule for what has no owner. */
export function withPermission(actor: Actor, permission: Permission): Verdict {
  if (!may(actor, permission)) return deny('Insufficient permissions');
  return allow(basis(actor, permission));
}

/** The rule for what has an owner: everyone's with `:any`, one's own with the short permission. */
export function ownOrAny(actor: Actor, permission: OwnablePermission, ownerId: string): Verdict {
  switch (reach(actor, permission)) {
    case 'any':
      return allow(basis(actor, `${permission}:any`));
    case 'own':
      return ownerId === actor.id ? allow(permission) : deny('Not authorized');
    case 'none':
      return deny('Insufficient permissions');
  }
}

function basis(actor: Actor, permission: Permission): string {
  if (actor.kind === 'process') return `process ${actor.id}`;
  return actor.kind === 'user' && actor.isSuperuser ? 'superuser' : permission;
}
