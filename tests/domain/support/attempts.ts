import { type Decider, fold } from '../../../src/domain/decider.js';
import { DomainError } from '../../../src/domain/domain-error.js';

/** The events of a command, or none when the rules refuse it; anything else that is thrown is a defect. */
export function attempt<State, Command, Event>(
  decider: Decider<State, Command, Event>,
  command: Command,
  state: State,
): readonly Event[] {
  try {
    return decider.decide(command, state);
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}

/** The states a sequence of commands leads through, from the one it starts in. */
export function statesOf<State, Command, Event>(
  decider: Decider<State, Command, Event>,
  commands: readonly Command[],
  from: State = decider.initial,
): State[] {
  const states = [from];
  let state = from;
  for (const command of commands) {
    state = fold(decider, attempt(decider, command, state), state);
    states.push(state);
  }
  return states;
}

/** Where a sequence of commands ends. */
export function stateAfter<State, Command, Event>(
  decider: Decider<State, Command, Event>,
  commands: readonly Command[],
  from: State = decider.initial,
): State {
  return statesOf(decider, commands, from).at(-1) ?? from;
}
