/**
 * The whole idea of an aggregate: what happened so far (`evolve`) and what may happen next (`decide`).
 *
 * Both are pure. Time, ids and anything looked up elsewhere come in with the command.
 */
export interface Decider<State, Command, Event> {
  readonly initial: State;
  evolve(state: State, event: Event): State;
  /**
   * Says what happens, as events in the past tense; none when nothing would change.
   *
   * @throws DomainError that says why it cannot happen.
   */
  decide(command: Command, state: State): readonly Event[];
}

/** The state a stream of events leads to. */
export function fold<State, Command, Event>(
  decider: Decider<State, Command, Event>,
  events: Iterable<Event>,
  from: State = decider.initial,
): State {
  let state = from;
  for (const event of events) state = decider.evolve(state, event);
  return state;
}
