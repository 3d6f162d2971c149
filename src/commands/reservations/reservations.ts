import { superuserRoster, type RosterCommand } from '../../domain/users/superuser-roster.js';
import { WrongExpectedRevision } from '../../event-store/errors.js';
import { type Appended } from '../../event-store/event-store.js';
import { superuserRosterStream } from '../../event-store/stream-id.js';
import { roster } from '../aggregates.js';
import { TooMuchContention } from '../errors.js';
import { type EventWriter } from '../event-writer.js';
import { type StateReader } from '../state-reader.js';
import { type NameClaims } from './name-claims.js';
import { comesFirst, type Reservation } from './reservation.js';

/**
 * Makes the reservations of a command around its own events: some before, some after.
 *
 * Nothing is undone when the events fail to be appended, because nobody can tell whether a neighbour relies on the
 * same reservation by then. A name that stays claimed can be taken over, and the roster then counts too few, which
 * the next change of that user mends.
 */
export class Reservations {
  constructor(
    private readonly read: StateReader,
    private readonly names: NameClaims,
  ) {}

  /** @param revision Of the stream the command is about, as it was when the command was decided. */
  async around(
    reservations: readonly Reservation[],
    revision: number,
    write: EventWriter,
    append: () => Promise<Appended>,
  ): Promise<Appended> {
    for (const reservation of reservations)
      if (comesFirst(reservation)) await this.make(reservation, revision, write);
    const appended = await append();
    for (const reservation of reservations)
      if (!comesFirst(reservation))
        // The command has happened: what comes after it must not change the answer.
        await this.make(reservation, appended.revision, write).catch(() => undefined);
    return appended;
  }

  private async make(reservation: Reservation, asOf: number, write: EventWriter): Promise<void> {
    switch (reservation.kind) {
      case 'take-name':
        return this.names.take(reservation, asOf, write);
      case 'release-name':
        return this.names.release(reservation, asOf, write);
      case 'enlist-superuser':
        return this.changeRoster({ type: 'Enlist', userId: reservation.userId, asOf }, write);
      case 'discharge-superuser':
        return this.changeRoster({ type: 'Discharge', userId: reservation.userId, asOf }, write);
    }
  }

  private async changeRoster(change: RosterCommand, write: EventWriter): Promise<void> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const { state, revision } = await this.read.load(roster, superuserRosterStream);
      const events = superuserRoster.decide(change, state);
      if (events.length === 0) return;
      try {
        await write(superuserRosterStream, revision, events);
        return;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    }
    throw new TooMuchContention('The superusers are being changed by others at this moment');
  }
}

const maxAttempts = 10;
