import { type Decider } from '../domain/decider.js';
import { type DomainEvent } from '../domain/events.js';

/** How a stream folds to a state. Events of other aggregates are passed over. */
export interface Aggregate<State> {
  readonly initial: State;
  evolve(state: State, event: DomainEvent): State;
}

export function aggregate<State, Event extends DomainEvent>(
  decider: Pick<Decider<State, never, Event>, 'initial' | 'evolve'>,
  isOwn: (event: DomainEvent) => event is Event,
): Aggregate<State> {
  return {
    initial: decider.initial,
    evolve: (state, event) => (isOwn(event) ? decider.evolve(state, event) : state),
  };
}
