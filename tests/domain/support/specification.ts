import { expect } from '@jest/globals';
import { type Decider, fold } from '../../../src/domain/decider.js';
import { type DomainErrorCode } from '../../../src/domain/domain-error.js';

interface Specification<Command, Event> {
  when(command: Command): Outcome<Event>;
}

interface Outcome<Event> {
  /** Exactly these events, in this order. */
  then(events: readonly Event[]): void;
  thenNothing(): void;
  /** A DomainError, and the fields it points at. */
  thenRefused(code: DomainErrorCode, ...paths: string[]): void;
  thenThrown(error: object): void;
}

/** Reads as a sentence: `given(decider, history).when(command).then(events)`. */
export function given<State, Command, Event>(
  decider: Decider<State, Command, Event>,
  history: readonly NoInfer<Event>[] = [],
): Specification<Command, Event> {
  return {
    when(command) {
      const decide = () => decider.decide(command, fold(decider, history));
      return {
        then: (events) => expect(decide()).toStrictEqual(events),
        thenNothing: () => expect(decide()).toStrictEqual([]),
        thenRefused(code, ...paths) {
          const fields = paths.map((path) => ({ path, message: expect.any(String) }));
          expect(thrownBy(decide)).toMatchObject({ name: 'DomainError', code, fields });
        },
        thenThrown: (error) => expect(thrownBy(decide)).toMatchObject({ ...error }),
      };
    },
  };
}

function thrownBy(action: () => unknown): unknown {
  try {
    return { insteadOfRefusing: action() };
  } catch (error) {
    return error;
  }
}
