import { ContainerModule } from 'inversify';
import { PostgresPersonKeys } from '../accounts/person-keys.js';
import { allCommands } from '../commands/all-commands.js';
import { CommandBus } from '../commands/command-bus.js';
import { IdempotencyKeys } from '../commands/idempotency.js';
import { RefusalRecorder } from '../commands/refusal-recorder.js';
import { NameClaims } from '../commands/reservations/name-claims.js';
import { Reservations } from '../commands/reservations/reservations.js';
import { StateReader } from '../commands/state-reader.js';
import { EventCodec } from '../event-store/codec.js';
import { tokens } from './tokens.js';

/** From a command to the event log. */
export const writeSideModule = new ContainerModule(({ bind }) => {
  bind(tokens.personKeys)
    .toResolvedValue((pool) => new PostgresPersonKeys(pool), [tokens.pool])
    .inSingletonScope();
  bind(EventCodec)
    .toResolvedValue((keys) => new EventCodec(keys), [tokens.personKeys])
    .inSingletonScope();
  bind(StateReader)
    .toResolvedValue((store) => new StateReader(store), [tokens.eventStore])
    .inSingletonScope();
  bind(Reservations)
    .toResolvedValue((read) => new Reservations(read, new NameClaims(read)), [StateReader])
    .inSingletonScope();
  bind(CommandBus)
    .toResolvedValue(
      (store, read, policies, reservations, waiting) =>
        new CommandBus(
          store,
          read,
          policies,
          reservations,
          new IdempotencyKeys(store),
          new RefusalRecorder(),
          (position, timeoutMs) => waiting.until(position, timeoutMs),
          allCommands,
        ),
      [tokens.eventStore, StateReader, tokens.policies, Reservations, tokens.waiting],
    )
    .inSingletonScope();
});
