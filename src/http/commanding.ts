import { setTimeout } from 'node:timers/promises';
import { type CommandBus, type CommandOutcome } from '../commands/command-bus.js';
import { type Command } from '../commands/command.js';
import { commandContext, type CommandContext } from '../commands/context.js';
import { type Actor, anonymous } from '../domain/access/actor.js';
import { type One } from '../queries/answers.js';
import { QueryRefused } from '../queries/policy.js';
import { ReadModelsUnavailable } from '../queries/database.js';
import { idempotencyKey, ifMatch, prefersAsync } from './request-headers.js';
import { type Reply, type RequestOccasion } from './route.js';

/** Sends commands for routes, and makes the contract's answers of what became of them. */
export class Commanding {
  constructor(
    private readonly bus: CommandBus,
    private readonly waitMs: number,
  ) {}

  /** @throws Problem 400 for headers that make no sense. */
  context({ actor, headers, requestId }: RequestOccasion): RequestContext {
    const isAsync = prefersAsync(headers);
    const context = commandContext(actor ?? anonymous, {
      idempotencyKey: idempotencyKey(headers),
      ifMatch: ifMatch(headers),
      requestId,
      waitMs: isAsync ? 0 : this.waitMs,
    });
    return { ...context, isAsync };
  }

  /** Carries out a command and answers with the resource as it is then. */
  async reply<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    input: unknown,
    context: RequestContext,
    answer: Answer,
  ): Promise<Reply> {
    const outcome = await this.bus.execute(command, input, context);
    if (outcome.isVisible) await answer.afterwards?.(outcome.position);
    const headers = { ...headersOf(outcome, context), ...answer.headers };
    const shown = await answer.once?.(outcome);
    // Not visible yet: the command has happened, and the position tells the client what to wait for.
    const accepted = { status: 202, headers, body: { id: answer.id, ...shown } };
    if (!outcome.isVisible) return accepted;
    if ('message' in answer) return { status: 200, headers, body: { message: answer.message } };
    try {
      const body = await this.current(answer.read, outcome, context);
      if (body === undefined) return { ...accepted, status: answer.status };
      return { status: answer.status, headers, body: withMembers(body, shown) };
    } catch (error) {
      // Whatever cannot be read now, the command has happened.
      if (error instanceof ReadModelsUnavailable) return accepted;
      throw error;
    }
  }

  /** For what is no event, and yet not for everybody: the command decides whether it may happen. */
  async permit<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    input: unknown,
    context: RequestContext,
  ): Promise<void> {
    await this.bus.execute(command, input, { ...context, waitMs: 0 });
  }

  /** Carries out a command that has something done elsewhere, and answers where to look what became of it. */
  async accept<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    input: unknown,
    context: RequestContext,
    { id, location, carryOut }: Errand,
  ): Promise<Reply> {
    const outcome = await this.bus.execute(command, input, { ...context, waitMs: 0 });
    await carryOut(outcome);
    const headers = { ...headersOf(outcome, context), Location: location };
    return { status: 202, headers, body: { id } };
  }

  /** Carries out a command that begins something long, and answers where to look how it goes. */
  async begin<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    input: unknown,
    context: RequestContext,
    { id, location, hasBegun }: Beginning,
  ): Promise<Reply> {
    const outcome = await this.bus.execute(command, input, { ...context, waitMs: 0 });
    const deadline = performance.now() + context.waitMs;
    while (performance.now() < deadline && !(await hasBegun())) await setTimeout(lookEveryMs);
    const headers = { ...headersOf(outcome, context), Location: location };
    return { status: 202, headers, body: { id } };
  }

  /** A retry may come long after, when the sender may see it no more: then its id is all that is repeated. */
  private async current(
    read: (actor: Actor) => Promise<One | undefined>,
    { replayed }: CommandOutcome,
    { actor }: CommandContext,
  ): Promise<string | undefined> {
    try {
      const reader = replayed && actor.kind === 'user' ? actor : onBehalfOfTheAnswer;
      return (await read(reader))?.body;
    } catch (error) {
      if (error instanceof QueryRefused) return undefined;
      throw error;
    }
  }
}

const lookEveryMs = 20;

/** Something that is to be done once the command was allowed. */
export interface Errand {
  readonly id: string;
  readonly location: string;
  readonly carryOut: (outcome: CommandOutcome) => Promise<void>;
}

/** Something that goes on after the answer. */
export interface Beginning {
  readonly id: string;
  readonly location: string;
  /** Whether there is something to look at. */
  readonly hasBegun: () => Promise<boolean>;
}

/** The context of a command that came in a request, and whether its sender wants to wait. */
export interface RequestContext extends CommandContext {
  readonly isAsync: boolean;
}

export type Answer = {
  readonly id: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What else should be done before the answer, when the client waits for it. */
  readonly afterwards?: (position: bigint) => Promise<void>;
  /** Members that are shown in this answer only, such as a secret. */
  readonly once?: (outcome: CommandOutcome) => Promise<object>;
} & (
  | { readonly message: string }
  | {
      readonly status: 200 | 201;
      readonly read: (actor: Actor) => Promise<One | undefined>;
    }
);

/** Whoever was allowed to make a change is shown its outcome, even where it gave the thing away. */
const onBehalfOfTheAnswer: Actor = { kind: 'process', id: 'answer' };

/** @param json Text of an object that is not empty. */
function withMembers(json: string, members: object | undefined): string {
  return members === undefined ? json : `${json.slice(0, -1)},${JSON.stringify(members).slice(1)}`;
}

function headersOf(
  { revision, position, replayed }: CommandOutcome,
  { isAsync }: RequestContext,
): Record<string, string> {
  return {
    ETag: `"${revision}"`,
    'Watchbook-Position': position.toString(),
    ...(replayed && { 'Idempotency-Replayed': 'true' }),
    ...(isAsync && { 'Preference-Applied': 'respond-async' }),
  };
}
