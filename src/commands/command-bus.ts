import { type DomainEvent } from '../domain/events.js';
import { WrongExpectedRevision } from '../event-store/errors.js';
import { type EventStore } from '../event-store/event-store.js';
import { type Position } from '../event-store/position.js';
import { type StreamId } from '../event-store/stream-id.js';
import { type AnyCommand, type Command, type Policies } from './command.js';
import { type CommandContext } from './context.js';
import { CommandInvalid, CommandRefused, RevisionIsStale, TooMuchContention } from './errors.js';
import { type EventWriter, eventWriter, mainEventWriter } from './event-writer.js';
import { fingerprintOf, type IdempotencyKeys } from './idempotency.js';
import { type RefusalRecorder } from './refusal-recorder.js';
import { type Reservations } from './reservations/reservations.js';
import { type Loaded, type StateReader } from './state-reader.js';

/** What became of a command. */
export interface CommandOutcome {
  /** Of the last event of the stream the command is about, and where it stands in the log. */
  readonly revision: number;
  readonly position: Position;
  /** The command had been carried out before, under the same Idempotency-Key. */
  readonly replayed: boolean;
  /** Whether the read models show it. */
  readonly isVisible: boolean;
}

/** Waits until the read models have a position; answers whether they do. */
export type WaitForReadModels = (position: Position, timeoutMs: number) => Promise<boolean>;

/** The one way in which anything changes: validate, load, authorise, decide, append, wait. */
export class CommandBus {
  constructor(
    private readonly store: EventStore,
    private readonly read: StateReader,
    private readonly policies: Policies,
    private readonly reservations: Reservations,
    private readonly keys: IdempotencyKeys,
    private readonly refusals: RefusalRecorder,
    private readonly waitForReadModels: WaitForReadModels,
    known: readonly AnyCommand[],
  ) {
    // A command whose policy nobody has bound stops the start, not the first user who sends it.
    for (const { policy } of known) policies(policy);
  }

  /**
   * @throws CommandInvalid, CommandRefused, DomainError, RevisionIsStale, IdempotencyKeyReused, TooMuchContention,
   *   and what the event store throws.
   */
  async execute<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    sent: unknown,
    context: CommandContext,
  ): Promise<CommandOutcome> {
    const input = validated(command, sent);
    const done = await this.carryOut(command, input, context);
    const isVisible =
      context.waitMs > 0 && (await this.waitForReadModels(done.position, context.waitMs));
    return { ...done, isVisible };
  }

  private async carryOut<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    input: Input,
    context: CommandContext,
  ): Promise<Done> {
    const stream = command.stream(input);
    const { idempotencyKey: key } = context;
    const fingerprint = key === undefined ? undefined : fingerprintOf(key, command.name, input);
    const keyed =
      fingerprint === undefined ? undefined : await this.keys.find(context, fingerprint);

    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const loaded = await this.read.load(
        command.aggregate,
        stream,
        key === undefined ? undefined : context.commandId,
      );
      if (loaded.own !== undefined) return { ...loaded.own, replayed: true };
      if (keyed?.events === 0) return { ...placeOf(loaded), replayed: true };

      const decision = await this.decide(command, input, loaded, context);
      const { events, write } = decision;
      if (fingerprint !== undefined && keyed === undefined) {
        const record = { actorId: context.actor.id, command: command.name, fingerprint };
        await this.keys.remember(
          context,
          { ...record, target: stream, events: events.length },
          write,
        );
      }
      if (events.length === 0) return { ...placeOf(loaded), replayed: false };
      try {
        return await this.append(command, stream, loaded, context, decision);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        if (context.ifMatch !== undefined) throw new RevisionIsStale(error.actual);
        await betweenAttempts(attempt);
      }
    }
    throw new TooMuchContention('Others are changing the same thing at this moment: try again');
  }

  /** Loaded state and facts → what does not exist → who may → what they have seen → what happens. */
  private async decide<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    input: Input,
    { state, revision }: Loaded<State>,
    context: CommandContext,
  ): Promise<Decision> {
    const facts = await command.facts(input, this.read, state);
    command.mustExist?.(state, facts);
    const verdict = this.policies(command.policy).decide(context.actor, { input, state, facts });
    if (!verdict.allowed) {
      const write = eventWriter(this.store, context, command.name, null);
      const { reason } = verdict;
      const refused = { command: command.name, target: command.stream(input), reason };
      await this.refusals.record(context, refused, write);
      throw new CommandRefused(reason);
    }
    if (context.ifMatch !== undefined && context.ifMatch !== revision)
      throw new RevisionIsStale(revision);
    const events = command.decide(input, state, facts);
    const write = eventWriter(this.store, context, command.name, verdict.by);
    return { events, write, allowedBy: verdict.by };
  }

  private async append<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    stream: StreamId,
    { state, revision }: Loaded<State>,
    context: CommandContext,
    { events, write, allowedBy }: Decision,
  ): Promise<Done> {
    const writeMain = mainEventWriter(this.store, context, command.name, allowedBy);
    const reservations = command.reservations?.(state, events) ?? [];
    const appended = await this.reservations.around(reservations, revision, write, () =>
      writeMain(stream, revision, events),
    );
    return { ...appended, replayed: false };
  }
}

type Done = Omit<CommandOutcome, 'isVisible'>;

interface Decision {
  readonly events: readonly DomainEvent[];
  readonly write: EventWriter;
  readonly allowedBy: string;
}

const maxAttempts = 8;

function validated<Input, State, Facts>(
  command: Command<Input, State, Facts>,
  sent: unknown,
): Input {
  const result = command.input.safeParse(sent);
  if (result.success) return result.data;
  throw new CommandInvalid(
    result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  );
}

function placeOf({ revision, position }: Loaded<unknown>): Pick<Done, 'revision' | 'position'> {
  return { revision, position };
}

/** Longer each time, and never the same for two: whoever collided shall not collide again. */
async function betweenAttempts(attempt: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt));
}
