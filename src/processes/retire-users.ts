import { services } from '../commands/aggregates.js';
import { type CommandBus } from '../commands/command-bus.js';
import { type Command } from '../commands/command.js';
import { commandContext } from '../commands/context.js';
import { deleteService, transferService } from '../commands/services/service-actions.js';
import { StateReader } from '../commands/state-reader.js';
import { deleteTag } from '../commands/tags/tag-commands.js';
import { deleteWebhook } from '../commands/webhooks/webhook-commands.js';
import { type ProcessActor } from '../domain/access/actor.js';
import { type UserDirectory } from '../domain/access/user-directory.js';
import { DomainError, type DomainErrorCode } from '../domain/domain-error.js';
import { type EventStore, type RecordedEvent } from '../event-store/event-store.js';
import { type Position, start } from '../event-store/position.js';
import { serviceStream, userStream } from '../event-store/stream-id.js';
import { keepDoing } from '../platform/keep-doing.js';
import { type Logger } from '../platform/logger.js';
import { type ReaderCheckpoint } from '../platform/reader-checkpoint.js';

/** What a user leaves behind that is not in the log. */
export interface Belongings {
  /** A password that counts no more, and the sessions that were begun with it. */
  forgetPassword(credentialId: string): Promise<void>;
  /** Passwords, sessions, and the key to everything the log says about them. */
  forgetPerson(userId: string): Promise<void>;
}

/** What a user has made or owns, as the read models know it. */
export interface Possessions {
  webhooksOf(userId: string): Promise<readonly string[]>;
  tagsOf(userId: string): Promise<readonly string[]>;
  servicesOf(userId: string): Promise<readonly string[]>;
}

export interface RetireUsersParts {
  readonly store: EventStore;
  readonly bus: CommandBus;
  readonly directory: UserDirectory;
  readonly possessions: Possessions;
  readonly belongings: Belongings;
  /** Waits until read models and directory have a position; answers whether they do. */
  readonly waitFor: (position: Position, timeoutMs: number) => Promise<boolean>;
  readonly checkpoint: ReaderCheckpoint;
  readonly log: Logger;
}

/**
 * Finishes what the deletion of a user begins: their tags and webhooks end, their services go to the heir, their secrets and the
 * key to their personal data are deleted. It remembers how far it came, and doing something twice does no harm, so
 * it can be killed anywhere.
 */
export class RetireUsers {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private position = start;
  private lastDone: Position = start;
  private readonly waiting = new Set<() => void>();

  private readonly read: StateReader;

  constructor(private readonly parts: RetireUsersParts) {
    this.read = new StateReader(parts.store);
  }

  start(): void {
    const { signal } = this.stopping;
    this.running = keepDoing(() => this.follow(signal), {
      ...{ signal, retryMs },
      onFailure: (error) =>
        this.parts.log.error({ err: error }, 'Retiring users stopped; it goes on in a moment'),
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Resolves when everything up to the position is dealt with and visible, or when the time is up. */
  async settled(position: Position, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.position < position && performance.now() < deadline)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, deadline - performance.now()));
        this.waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    await this.parts.waitFor(this.lastDone, Math.max(0, deadline - performance.now()));
  }

  private async follow(signal: AbortSignal): Promise<void> {
    this.position = (await this.parts.checkpoint.load()) ?? start;
    const range = {
      after: this.position,
      types: [
        'UserDeleted',
        'UserPasswordChanged',
        'TagCreated',
        'WebhookCreated',
        'ServiceRegistered',
        'ServiceTransferred',
        'ServiceRestored',
      ] as const,
    };
    for await (const { entries, upTo } of this.parts.store.subscribe(range, signal)) {
      for (const entry of entries) {
        if (!entry.readable) throw new Error(`${entry.stream}: ${entry.reason}`);
        await this.react(entry);
        if (signal.aborted) return;
      }
      if (entries.length > 0) await this.parts.checkpoint.save(upTo);
      this.position = upTo;
      for (const wake of this.waiting) wake();
      this.waiting.clear();
    }
  }

  private async react(recorded: RecordedEvent): Promise<void> {
    const { event, position } = recorded;
    switch (event.type) {
      case 'UserDeleted':
        await this.untilKnown(position);
        return this.retire(event.data.userId, event.data.reassignServicesTo, recorded);
      case 'UserPasswordChanged':
        return this.forgetReplacedPassword(event.data.userId, recorded.revision);
      // Made or given away in the very moment in which its owner was deleted, or brought back after it.
      case 'TagCreated':
        return this.catchStraggler(event.data.creatorId, recorded);
      case 'WebhookCreated':
      case 'ServiceRegistered':
      case 'ServiceTransferred':
        return this.catchStraggler(event.data.ownerId, recorded);
      case 'ServiceRestored': {
        const service = await this.read.state(services, serviceStream(event.data.serviceId));
        return service.status === 'active'
          ? this.catchStraggler(service.ownerId, recorded)
          : undefined;
      }
      default:
        return;
    }
  }

  /** Exactly the one before: another may be stored already, and not yet named by an event. */
  private async forgetReplacedPassword(userId: string, changedAt: number): Promise<void> {
    let replaced: string | undefined;
    for await (const { revision, ...entry } of this.parts.store.readStream(userStream(userId))) {
      if (revision >= changedAt) break;
      if (entry.readable && 'credentialId' in entry.event.data)
        replaced = entry.event.data.credentialId;
    }
    if (replaced !== undefined) await this.parts.belongings.forgetPassword(replaced);
  }

  /** What is not known yet would be left behind for ever. */
  private async untilKnown(position: Position): Promise<void> {
    if (!(await this.parts.waitFor(position, patienceMs)))
      throw new Error(`Read models and users have not come to position ${position} in time`);
  }

  private async catchStraggler(ownerId: string, recorded: RecordedEvent): Promise<void> {
    if (this.parts.directory.byId(ownerId) !== undefined) return;
    const deletion = await this.deletionOf(ownerId);
    // Not deleted, but newer than the directory knows; or deleted later on, which has a turn of its own.
    if (deletion === undefined || deletion.position > recorded.position) return;
    await this.untilKnown(recorded.position);
    await this.retire(ownerId, deletion.heir, recorded);
  }

  private async deletionOf(
    userId: string,
  ): Promise<{ position: Position; heir: string | null } | undefined> {
    const backwards = { direction: 'backwards' } as const;
    for await (const entry of this.parts.store.readStream(userStream(userId), backwards))
      if (entry.readable && entry.event.type === 'UserDeleted')
        return { position: entry.position, heir: entry.event.data.reassignServicesTo };
    return undefined;
  }

  private async retire(userId: string, heir: string | null, cause: RecordedEvent): Promise<void> {
    const { possessions, belongings } = this.parts;
    for (const webhookId of await possessions.webhooksOf(userId))
      await this.send(deleteWebhook, { webhookId }, cause);
    for (const tagId of await possessions.tagsOf(userId))
      await this.send(deleteTag, { tagId }, cause);
    const newOwner = this.newOwner(userId, heir, cause);
    for (const serviceId of await possessions.servicesOf(userId))
      // Nobody to give it to: deleted services can be restored by an administrator.
      if (newOwner === undefined) await this.send(deleteService, { serviceId }, cause);
      else await this.send(transferService, { serviceId, ownerId: newOwner }, cause);
    await belongings.forgetPerson(userId);
  }

  /** The heir, else whoever deleted the user: they are there to answer for it. */
  private newOwner(userId: string, heir: string | null, cause: RecordedEvent): string | undefined {
    const candidates = [heir, cause.metadata.actor.id].filter((id) => id !== null && id !== userId);
    return candidates.find(
      (id): id is string => id !== null && this.parts.directory.byId(id) !== undefined,
    );
  }

  private async send<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    input: Input,
    { id, metadata }: RecordedEvent,
  ): Promise<void> {
    const occasion = { correlationId: metadata.correlationId, causationId: id };
    try {
      const done = await this.parts.bus.execute(
        command,
        input,
        commandContext(retireUsers, occasion),
      );
      if (done.position > this.lastDone) this.lastDone = done.position;
    } catch (error) {
      // Already gone: an earlier run, or somebody else, was faster. When it is the heir who is gone, another try finds
      // somebody else.
      if (!(error instanceof DomainError && alreadyGone.has(error.code))) throw error;
    }
  }
}

const retireUsers: ProcessActor = { kind: 'process', id: 'retire-users' };
const retryMs = 500;
const patienceMs = 5_000;
const alreadyGone: ReadonlySet<DomainErrorCode> = new Set([
  'webhook-not-found',
  'tag-not-found',
  'service-not-found',
]);
