import { type Actor } from '../../domain/access/actor.js';
import { ownOrAny, type Verdict, withPermission } from '../../domain/access/verdict.js';
import { existing, type TagState } from '../../domain/tags/tag.js';
import { type CommandPolicy, type PolicyRequest } from '../command.js';

type Request = PolicyRequest<unknown, TagState, undefined>;

export class CreateTagPolicy implements CommandPolicy<unknown, TagState, undefined> {
  decide(actor: Actor): Verdict {
    return withPermission(actor, 'tags:create');
  }
}

export class ChangeTagPolicy implements CommandPolicy<unknown, TagState, undefined> {
  decide(actor: Actor, { state }: Request): Verdict {
    return ownOrAny(actor, 'tags:update', existing(state).creatorId);
  }
}

export class DeleteTagPolicy implements CommandPolicy<unknown, TagState, undefined> {
  decide(actor: Actor, { state }: Request): Verdict {
    return ownOrAny(actor, 'tags:delete', existing(state).creatorId);
  }
}
