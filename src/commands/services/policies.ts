import { type Actor, may } from '../../domain/access/actor.js';
import { type OwnablePermission } from '../../domain/access/permissions.js';
import { deny, ownOrAny, type Verdict, withPermission } from '../../domain/access/verdict.js';
import { type Earlier } from '../../domain/services/restoration.js';
import { existing, type ServiceState } from '../../domain/services/service-state.js';
import { type CommandPolicy, type PolicyRequest } from '../command.js';
import { type TagFacts } from './tag-facts.js';

type Request<Facts> = PolicyRequest<unknown, ServiceState, Facts>;

/** Whoever may create services owns what they create; the tags on it must be tags they may see. */
export class RegisterServicePolicy implements CommandPolicy<unknown, ServiceState, TagFacts> {
  decide(actor: Actor, { facts }: Request<TagFacts>): Verdict {
    const verdict = withPermission(actor, 'services:create');
    return verdict.allowed ? (seesTags(actor, facts) ?? verdict) : verdict;
  }
}

export class ChangeServicePolicy implements CommandPolicy<unknown, ServiceState, TagFacts> {
  decide(actor: Actor, { state, facts }: Request<TagFacts>): Verdict {
    const verdict = onOwnService(actor, 'services:update', state);
    return verdict.allowed ? (seesTags(actor, facts, existing(state).tagIds) ?? verdict) : verdict;
  }
}

export class TagServicePolicy extends ChangeServicePolicy {}

/** Taking a tag off needs no right to see it: it may be the reason to take it off. */
export class UntagServicePolicy implements CommandPolicy<unknown, ServiceState, undefined> {
  decide(actor: Actor, { state }: Request<undefined>): Verdict {
    return onOwnService(actor, 'services:update', state);
  }
}

export class PauseServicePolicy extends UntagServicePolicy {}

export class ResumeServicePolicy extends UntagServicePolicy {}

/** Giving a service away is a change to it; the new owner is not asked. */
export class TransferServicePolicy implements CommandPolicy<unknown, ServiceState, unknown> {
  decide(actor: Actor, { state }: Request<unknown>): Verdict {
    return onOwnService(actor, 'services:update', state);
  }
}

export class DeleteServicePolicy implements CommandPolicy<unknown, ServiceState, undefined> {
  decide(actor: Actor, { state }: Request<undefined>): Verdict {
    return onOwnService(actor, 'services:delete', state);
  }
}

export class CheckServicePolicy implements CommandPolicy<unknown, ServiceState, undefined> {
  decide(actor: Actor, { state }: Request<undefined>): Verdict {
    return onOwnService(actor, 'services:check', state);
  }
}

/**
 * Whoever could delete it can take that back. Making it what it was is a change as well, and tags that come with it are
 * tags the actor must be allowed to see.
 */
export class RestoreServicePolicy implements CommandPolicy<unknown, ServiceState, RestoredFacts> {
  decide(actor: Actor, { state, facts }: Request<RestoredFacts>): Verdict {
    const { ownerId, tagIds } = state.status === 'deleted' ? state : existing(state);
    const isDeleted = state.status === 'deleted';
    if (facts.earlier === undefined || isDeleted) {
      const undelete = ownOrAny(actor, 'services:delete', ownerId);
      if (!undelete.allowed || facts.earlier === undefined) return undelete;
    }
    const change = ownOrAny(actor, 'services:update', ownerId);
    return change.allowed ? (seesTags(actor, facts, isDeleted ? [] : tagIds) ?? change) : change;
  }
}

interface RestoredFacts extends TagFacts {
  readonly earlier: Earlier | undefined;
}

function onOwnService(actor: Actor, permission: OwnablePermission, state: ServiceState): Verdict {
  return ownOrAny(actor, permission, existing(state).ownerId);
}

/** Tags that are on the service already may stay: whoever may see the service sees them there. */
function seesTags(
  actor: Actor,
  { tags }: TagFacts,
  alreadyOn: readonly string[] = [],
): Verdict | undefined {
  const added = [...tags].flatMap(([id, tag]) => (alreadyOn.includes(id) ? [] : [tag]));
  if (added.length === 0 || may(actor, 'tags:read:any')) return undefined;
  if (!may(actor, 'tags:read')) return deny('Insufficient permissions');
  for (const tag of added)
    if (tag.status === 'active' && tag.creatorId !== actor.id) return deny('Not authorized');
  return undefined;
}
