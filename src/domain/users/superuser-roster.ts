import { type Decider } from '../decider.js';
import { DomainError } from '../domain-error.js';
import { type SuperuserRosterEvent } from './events.js';

/**
 * Watches that an active superuser is left.
 *
 * A user is discharged here before they lose superuser rights, and enlisted after they gained them: whatever is
 * interrupted in between, the roster counts too few rather than too many.
 */
export type RosterState = ReadonlySet<string>;

export interface RosterCommand {
  readonly type: 'Enlist' | 'Discharge';
  readonly userId: string;
}

export const superuserRoster: Decider<RosterState, RosterCommand, SuperuserRosterEvent> = {
  initial: new Set(),

  evolve(state, event) {
    const next = new Set(state);
    if (event.type === 'SuperuserEnlisted') next.add(event.data.userId);
    else next.delete(event.data.userId);
    return next;
  },

  decide({ type, userId }, state) {
    if (type === 'Enlist')
      return state.has(userId) ? [] : [{ type: 'SuperuserEnlisted', data: { userId } }];
    if (!state.has(userId)) return [];
    if (state.size === 1)
      throw new DomainError(
        'last-superuser',
        'This is the last active superuser: make somebody else a superuser first',
      );
    return [{ type: 'SuperuserDischarged', data: { userId } }];
  },
};
