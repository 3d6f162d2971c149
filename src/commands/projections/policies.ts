import { type Actor } from '../../domain/access/actor.js';
import { deny, type Verdict, withPermission } from '../../domain/access/verdict.js';
import { type ProjectionControlState } from '../../domain/projections/projection-control.js';
import { type CommandPolicy } from '../command.js';

type ProjectionPolicy = CommandPolicy<unknown, ProjectionControlState, undefined>;

export class RequestRebuildPolicy implements ProjectionPolicy {
  decide(actor: Actor): Verdict {
    return withPermission(actor, 'projections:manage');
  }
}

export class RequestRollbackPolicy implements ProjectionPolicy {
  decide(actor: Actor): Verdict {
    return withPermission(actor, 'projections:manage');
  }
}

export class CancelRebuildPolicy implements ProjectionPolicy {
  decide(actor: Actor): Verdict {
    return withPermission(actor, 'projections:manage');
  }
}

/** Only whoever built the table knows what became of it. */
export class EndRebuildPolicy implements ProjectionPolicy {
  decide(actor: Actor): Verdict {
    return actor.kind === 'process'
      ? withPermission(actor, 'projections:manage')
      : deny('Insufficient permissions');
  }
}

export class RetryProjectionPolicy implements ProjectionPolicy {
  decide(actor: Actor): Verdict {
    return withPermission(actor, 'projections:manage');
  }
}

export class SkipProjectionEventPolicy implements ProjectionPolicy {
  decide(actor: Actor): Verdict {
    return withPermission(actor, 'projections:manage');
  }
}
