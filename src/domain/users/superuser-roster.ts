import { type Decider } from '../decider.js';
import { DomainError } from '../domain-error.js';
import { type SuperuserRosterEvent } from './events.js';

/**
 * Watches that an active superuser is left.
 *
 * A user is discharged here before they lose superuser rights, and enlisted after they gained them. Both say on which
 * revision of the user's stream they rest: an enlistment that comes late, after a discharge that knew more, counts
 * for nothing. So whatever is interrupted or overtaken, the roster counts too few rather than too many.
 */
export interface RosterState {
  readonly standing: ReadonlyMap<string, { readonly isActive: boolean; readonly asOf: number }>;
}

export interface RosterCommand {
  readonly type: 'Enlist' | 'Discharge';
  readonly userId: string;
  /** The revision of the user's stream this rests on; -1 before there is one. */
  readonly asOf: number;
}

export const superuserRoster: Decider<RosterState, RosterCommand, SuperuserRosterEvent> = {
  initial: { standing: new Map() },

  evolve({ standing }, event) {
    const { userId, asOf } = event.data;
    const isActive = event.type === 'SuperuserEnlisted';
    return { standing: new Map(standing).set(userId, { isActive, asOf }) };
  },

  decide({ type, userId, asOf }, { standing }) {
    const known = standing.get(userId) ?? { isActive: false, asOf: -2 };
    if (type === 'Enlist') {
      if (known.isActive || asOf <= known.asOf) return [];
      return [{ type: 'SuperuserEnlisted', data: { userId, asOf } }];
    }
    // The user's stream has gone on since: whatever wanted this cannot be appended any more.
    if (asOf < known.asOf) return [];
    const active = [...standing.values()].filter(({ isActive }) => isActive);
    if (known.isActive && active.length === 1)
      throw new DomainError(
        'last-superuser',
        'This is the last active superuser: make somebody else a superuser first',
      );
    if (!known.isActive && asOf <= known.asOf) return [];
    return [{ type: 'SuperuserDischarged', data: { userId, asOf } }];
  },
};
