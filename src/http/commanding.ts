import { type CommandBus, type CommandOutcome } from '../commands/command-bus.js';
import { type Command } from '../commands/command.js';
import { commandContext, type CommandContext } from '../commands/context.js';
import { type Actor, anonymous } from '../domain/access/actor.js';
import { type One } from '../queries/answers.js';
import { idempotencyKey, ifMatch, prefersAsync } from './request-headers.js';
import { type Reply, type RequestOccasion } from './route.js';

/** Sends commands for routes, and makes the contract's answers of what became of them. */
export class Commanding {
  constructor(
    private readonly bus: CommandBus,
    private readonly waitMs: number,
  ) {}

  /** @throws Problem 400 for headers that make no sense. */
  context({ actor, headers, requestId }: RequestOccasion): CommandContext {
    return commandContext(actor ?? anonymous, {
      idempotencyKey: idempotencyKey(headers),
      ifMatch: ifMatch(headers),
      requestId,
      waitMs: prefersAsync(headers) ? 0 : this.waitMs,
    });
  }

  /** Carries out a command and answers with the resource as it is then. */
  async reply<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    input: unknown,
    context: CommandContext,
    answer: Answer,
  ): Promise<Reply> {
    const outcome = await this.bus.execute(command, input, context);
    if (outcome.isVisible) await answer.afterwards?.(outcome.position);
    const headers = { ...headersOf(outcome, context), ...answer.headers };
    // Not visible yet: the command has happened, and the position tells the client what to wait for.
    if (!outcome.isVisible) return { status: 202, headers, body: { id: answer.id } };
    if ('message' in answer) return { status: 200, headers, body: { message: answer.message } };
    const current = await answer.read(onBehalfOfTheAnswer);
    return { status: answer.status, headers, body: current?.body ?? { id: answer.id } };
  }
}

export type Answer = {
  readonly id: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What else should be done before the answer, when the client waits for it. */
  readonly afterwards?: (position: bigint) => Promise<void>;
} & (
  | { readonly message: string }
  | {
      readonly status: 200 | 201;
      readonly read: (actor: Actor) => Promise<One | undefined>;
    }
);

/** Whoever was allowed to make a change is shown its outcome, even where it gave the thing away. */
const onBehalfOfTheAnswer: Actor = { kind: 'process', id: 'answer' };

function headersOf(
  { revision, position, replayed }: CommandOutcome,
  { waitMs }: CommandContext,
): Record<string, string> {
  return {
    ETag: `"${revision}"`,
    'Watchbook-Position': position.toString(),
    ...(replayed && { 'Idempotency-Replayed': 'true' }),
    ...(waitMs === 0 && { 'Preference-Applied': 'respond-async' }),
  };
}
