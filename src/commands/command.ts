import { type z } from 'zod';
import { type Actor } from '../domain/access/actor.js';
import { type Verdict } from '../domain/access/verdict.js';
import { type DomainEvent } from '../domain/events.js';
import { type StreamId } from '../event-store/stream-id.js';
import { type Aggregate } from './aggregate.js';
import { type Reservation } from './reservations/reservation.js';
import { type StateReader } from './state-reader.js';

/**
 * A command: what somebody wants, as data, and the way to its decision.
 *
 * `Input` is what was sent, `State` what the aggregate's stream folds to, and `Facts` what has to be known of others.
 */
export interface Command<Input, State, Facts> {
  readonly name: string;
  readonly input: z.ZodType<Input>;
  /** Whether the command begins the life of its aggregate. */
  readonly begins?: boolean;
  stream(input: Input): StreamId;
  readonly aggregate: Aggregate<State>;
  /** The class of the policy that guards the command; a command without one does not compile. */
  readonly policy: PolicyClass<Input, State, Facts>;
  /** Looks up what policy and decision need to know of other aggregates. */
  facts(input: Input, read: StateReader, state: State): Promise<Facts>;
  /** Throws when what the command is about does not exist: this is answered before who may do what. */
  mustExist?(state: State, facts: Facts): void;
  decide(input: Input, state: State, facts: Facts): readonly DomainEvent[];
  /** What has to be claimed elsewhere for these events to be true. */
  reservations?(state: State, events: readonly DomainEvent[]): readonly Reservation[];
}

/** A command whose types nobody needs to know. */
export type AnyCommand = Pick<Command<never, never, never>, 'name' | 'policy'>;

/** Says who may do it. Plain and pure; what it needs beyond its arguments comes in through its constructor. */
export interface CommandPolicy<Input, State, Facts> {
  decide(actor: Actor, request: PolicyRequest<Input, State, Facts>): Verdict;
}

export interface PolicyRequest<Input, State, Facts> {
  readonly input: Input;
  readonly state: State;
  readonly facts: Facts;
}

export type PolicyClass<Input, State, Facts> = new (
  ...dependencies: never[]
) => CommandPolicy<Input, State, Facts>;

/** Finds the policy object of a class. */
export type Policies = <Policy>(policy: new (...dependencies: never[]) => Policy) => Policy;

/** For commands that need to know of nobody else. */
export const noFacts = (): Promise<undefined> => Promise.resolve(undefined);
