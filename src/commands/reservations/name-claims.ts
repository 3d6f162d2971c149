import { createHash } from 'node:crypto';
import { DomainError } from '../../domain/domain-error.js';
import { type DomainEvent } from '../../domain/events.js';
import {
  claim,
  type ClaimEvent,
  type ClaimState,
  NameIsClaimed,
} from '../../domain/names/claim.js';
import {
  type NameKind,
  sameName,
  tagName,
  type UniqueName,
  userEmail,
} from '../../domain/names/unique-name.js';
import { WrongExpectedRevision } from '../../event-store/errors.js';
import { type StreamId, tagStream, userStream } from '../../event-store/stream-id.js';
import { claims, tags, users } from '../aggregates.js';
import { TooMuchContention } from '../errors.js';
import { type EventWriter } from '../event-writer.js';
import { type Loaded, type StateReader } from '../state-reader.js';

/**
 * Gives out unique names, one small stream each.
 *
 * A claim can outlive its reason: a process may die between claiming a name and bearing it, or between dropping it
 * and releasing it. Such a claim can be taken over. Before that, an event in the holder's own stream makes sure that
 * whatever the holder had decided on the strength of the claim can no longer be appended (docs/decisions/0003).
 */
export class NameClaims {
  constructor(
    private readonly read: StateReader,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws DomainError when somebody else bears the name, or is just about to. */
  async take({ name, holderId }: Bearing, asOf: number, write: EventWriter): Promise<void> {
    const stream = claimStream(name);
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const loaded = await this.read.load(claims, stream);
      // A twin of this command (the same Idempotency-Key, sent twice) has claimed it in the meantime.
      if (attempt > 0 && isHeldBy(loaded.state, holderId, asOf)) return;
      try {
        await write(
          stream,
          loaded.revision,
          await this.takingEvents({ name, holderId }, asOf, loaded, write),
        );
        return;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    }
    throw new TooMuchContention(`Too many want the same name at once`);
  }

  async release({ name, holderId }: Bearing, asOf: number, write: EventWriter): Promise<void> {
    const stream = claimStream(name);
    const { state, revision } = await this.read.load(claims, stream);
    const events = claim.decide({ type: 'ReleaseName', kind: name.kind, holderId, asOf }, state);
    try {
      if (events.length > 0) await write(stream, revision, events);
    } catch (error) {
      // Somebody has taken it over already.
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }

  private async takingEvents(
    { name, holderId }: Bearing,
    asOf: number,
    loaded: Loaded<ClaimState>,
    write: EventWriter,
  ): Promise<readonly ClaimEvent[]> {
    const { kind } = name;
    try {
      return claim.decide({ type: 'ClaimName', kind, holderId, asOf }, loaded.state);
    } catch (error) {
      if (!(error instanceof NameIsClaimed)) throw error;
      await this.fenceOff(name, error.holderId, loaded, write);
      return claim.decide({ type: 'TakeOverName', kind, holderId, asOf }, loaded.state);
    }
  }

  /** @throws DomainError when the holder bears the name, or claimed it too short a while ago to be written off. */
  private async fenceOff(
    name: UniqueName,
    holderId: string,
    claimed: Loaded<ClaimState>,
    write: EventWriter,
  ): Promise<void> {
    const holder = await this.holder(name.kind, holderId);
    const isFresh = this.now() - Date.parse(claimed.lastRecordedAt ?? '') < graceMs;
    if (isFresh || (holder.name !== undefined && sameName(holder.name, name)))
      throw taken(name.kind);
    await write(holder.stream, holder.revision, [holder.forfeit]);
  }

  private async holder(kind: NameKind, id: string): Promise<Holder> {
    switch (kind) {
      case 'tag-name': {
        const stream = tagStream(id);
        const { state, revision } = await this.read.load(tags, stream);
        const name = state.status === 'active' ? tagName(state.name) : undefined;
        return {
          stream,
          revision,
          name,
          forfeit: { type: 'TagNameForfeited', data: { tagId: id } },
        };
      }
      case 'user-email': {
        const stream = userStream(id);
        const { state, revision } = await this.read.load(users, stream);
        const name = state.status === 'registered' ? userEmail(state.email) : undefined;
        return {
          stream,
          revision,
          name,
          forfeit: { type: 'UserEmailForfeited', data: { userId: id } },
        };
      }
    }
  }
}

/** Somebody and the name they bear, or want to. */
export interface Bearing {
  readonly name: UniqueName;
  readonly holderId: string;
}

interface Holder {
  readonly stream: StreamId;
  readonly revision: number;
  readonly name: UniqueName | undefined;
  readonly forfeit: DomainEvent;
}

const maxAttempts = 10;

/** Longer than a command can take from its claim to its events; before that, nobody's claim is questioned. */
const graceMs = 15_000;

/** The name itself is not in the stream's name: it may be an e-mail address, and may hold anything. */
export function claimStream({ kind, normalised }: UniqueName): StreamId {
  return `claim-${kind}-${createHash('sha256').update(`${kind}:${normalised}`).digest('hex')}`;
}

function isHeldBy(state: ClaimState, holderId: string, asOf: number): boolean {
  return state !== 'free' && state.holderId === holderId && state.asOf >= asOf;
}

function taken(kind: NameKind): DomainError {
  return kind === 'tag-name'
    ? new DomainError('tag-name-taken', 'Tag name already exists')
    : new DomainError('email-taken', 'User with this email already exists');
}
