import { type Decider } from '../decider.js';
import { type NameKind } from './unique-name.js';

/**
 * A claim on a unique name, in a stream of its own: whoever appends first has the name. It holds no name, only who
 * has it; the stream is called after a hash of the name.
 *
 * `asOf` is the revision of the holder's stream that a claim or a release rests on (-1 before there is one). A release
 * that comes late, when the holder has claimed the name again in the meantime, counts for nothing.
 */
export type ClaimEvent = ClaimEventOf<'NameClaimed'> | ClaimEventOf<'NameReleased'>;

interface ClaimEventOf<Type extends string> {
  readonly type: Type;
  readonly data: { readonly kind: NameKind; readonly holderId: string; readonly asOf: number };
}

export type ClaimState = { readonly holderId: string; readonly asOf: number } | 'free';

export interface ClaimCommand {
  readonly type:
    | 'ClaimName'
    | 'ReleaseName'
    /** Takes the name from a holder who never came to bear it, or bears it no more. */
    | 'TakeOverName';
  readonly kind: NameKind;
  readonly holderId: string;
  readonly asOf: number;
}

/** Thrown when somebody else has the name; whether their claim still stands is for the caller to find out. */
export class NameIsClaimed extends Error {
  override readonly name = 'NameIsClaimed';
  constructor(readonly holderId: string) {
    super('The name is claimed');
  }
}

export const claim: Decider<ClaimState, ClaimCommand, ClaimEvent> = {
  initial: 'free',

  evolve(_, { type, data: { holderId, asOf } }) {
    return type === 'NameClaimed' ? { holderId, asOf } : 'free';
  },

  decide({ type, kind, holderId, asOf }, state) {
    const claimed: ClaimEvent = { type: 'NameClaimed', data: { kind, holderId, asOf } };
    switch (type) {
      case 'ClaimName':
        if (state === 'free') return [claimed];
        if (state.holderId !== holderId) throw new NameIsClaimed(state.holderId);
        // Claiming again what one has is written, too: it makes a takeover that is under way lose.
        return [{ ...claimed, data: { kind, holderId, asOf: Math.max(asOf, state.asOf) } }];
      case 'TakeOverName':
        if (state === 'free') return [claimed];
        return [{ type: 'NameReleased', data: { kind, ...state } }, claimed];
      case 'ReleaseName':
        if (state === 'free' || state.holderId !== holderId || state.asOf >= asOf) return [];
        return [{ type: 'NameReleased', data: { kind, holderId, asOf } }];
    }
  },
};
