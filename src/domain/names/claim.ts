import { type Decider } from '../decider.js';
import { type NameKind } from './unique-name.js';

/**
 * A claim on a unique name, in a stream of its own: whoever appends first has the name.
 * It holds no name, only who has it; the stream is called after a hash of the name.
 */
export type ClaimEvent =
  | { readonly type: 'NameClaimed'; readonly data: { kind: NameKind; holderId: string } }
  | { readonly type: 'NameReleased'; readonly data: { kind: NameKind; holderId: string } };

export type ClaimState = { readonly holderId: string } | 'free';

export type ClaimCommand =
  | { readonly type: 'ClaimName'; readonly kind: NameKind; readonly holderId: string }
  /** Takes the name from a holder who never came to bear it, or bears it no more. */
  | {
      readonly type: 'TakeOverName';
      readonly kind: NameKind;
      readonly from: string;
      readonly holderId: string;
    }
  | { readonly type: 'ReleaseName'; readonly kind: NameKind; readonly holderId: string };

/** Thrown when somebody else has the name; whether their claim still stands is for the caller to find out. */
export class NameIsClaimed extends Error {
  override readonly name = 'NameIsClaimed';
  constructor(readonly holderId: string) {
    super('The name is claimed');
  }
}

export const claim: Decider<ClaimState, ClaimCommand, ClaimEvent> = {
  initial: 'free',

  evolve(_, event) {
    switch (event.type) {
      case 'NameClaimed':
        return { holderId: event.data.holderId };
      case 'NameReleased':
        return 'free';
    }
  },

  decide(command, state) {
    const { kind, holderId } = command;
    switch (command.type) {
      case 'ClaimName':
        // Claiming again what one has is written, too: it makes a takeover that is under way lose.
        if (state === 'free' || state.holderId === holderId)
          return [{ type: 'NameClaimed', data: { kind, holderId } }];
        throw new NameIsClaimed(state.holderId);
      case 'TakeOverName':
        if (state === 'free') return [{ type: 'NameClaimed', data: { kind, holderId } }];
        if (state.holderId !== command.from) throw new NameIsClaimed(state.holderId);
        return [
          { type: 'NameReleased', data: { kind, holderId: command.from } },
          { type: 'NameClaimed', data: { kind, holderId } },
        ];
      case 'ReleaseName':
        if (state === 'free' || state.holderId !== holderId) return [];
        return [{ type: 'NameReleased', data: { kind, holderId } }];
    }
  },
};
