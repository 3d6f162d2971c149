import { allCommands } from '../../../src/commands/all-commands.js';
import { CommandBus, type CommandOutcome } from '../../../src/commands/command-bus.js';
import { type Command } from '../../../src/commands/command.js';
import { type CommandContext } from '../../../src/commands/context.js';
import { IdempotencyKeys } from '../../../src/commands/idempotency.js';
import { RefusalRecorder } from '../../../src/commands/refusal-recorder.js';
import { Reservations } from '../../../src/commands/reservations/reservations.js';
import { StateReader } from '../../../src/commands/state-reader.js';
import { tokens } from '../../../src/composition/tokens.js';
import { type RetireUsersParts } from '../../../src/processes/retire-users.js';
import { type Gate, gate } from '../../event-store/support/waiting.js';
import { type Household } from './household.js';

/** Lets so many steps happen, and then stands still for ever, as a killed process does. */
export class Mortality {
  readonly #death: Gate = gate();

  constructor(private stepsLeft: number) {}

  get died(): Promise<void> {
    return this.#death.opened;
  }

  step<T>(work: () => Promise<T>): Promise<T> {
    this.stepsLeft -= 1;
    if (this.stepsLeft >= 0) return work();
    this.#death.open();
    return new Promise<never>(() => undefined);
  }

  /** Everything by which the process has an effect, as steps. */
  parts(household: Household): Partial<RetireUsersParts> {
    const { possessions, belongings } = household.parts();
    return {
      bus: new MortalBus(household, this),
      possessions: {
        webhooksOf: (userId) => this.step(() => possessions.webhooksOf(userId)),
        tagsOf: (userId) => this.step(() => possessions.tagsOf(userId)),
        servicesOf: (userId) => this.step(() => possessions.servicesOf(userId)),
      },
      belongings: {
        forgetPassword: (id) => this.step(() => belongings.forgetPassword(id)),
        forgetPerson: (userId) => this.step(() => belongings.forgetPerson(userId)),
      },
    };
  }
}

class MortalBus extends CommandBus {
  constructor(
    { container }: Household,
    private readonly mortality: Mortality,
  ) {
    const store = container.get(tokens.eventStore);
    super(
      store,
      container.get(StateReader),
      container.get(tokens.policies),
      container.get(Reservations),
      new IdempotencyKeys(store),
      new RefusalRecorder(),
      () => Promise.resolve(true),
      allCommands,
    );
  }

  override execute<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    sent: unknown,
    context: CommandContext,
  ): Promise<CommandOutcome> {
    return this.mortality.step(() => super.execute(command, sent, context));
  }
}
