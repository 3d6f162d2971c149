import { type Actor } from '../../domain/access/actor.js';
import { type Health } from '../../domain/health/health.js';
import { allow, deny, type Verdict } from '../../domain/access/verdict.js';
import { type CommandPolicy } from '../command.js';

/** Nobody can claim how a service is: Watchbook says what it saw itself. */
export class AssessHealthPolicy implements CommandPolicy<unknown, Health, unknown> {
  decide(actor: Actor): Verdict {
    if (actor.kind !== 'process') return deny('Insufficient permissions');
    return allow(`process ${actor.id}`);
  }
}

export class ForgetHealthPolicy extends AssessHealthPolicy {}
