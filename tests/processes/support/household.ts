import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Container } from 'inversify';
import { pino } from 'pino';
import { Credentials } from '../../../src/accounts/credentials.js';
import { RefreshTokens } from '../../../src/accounts/refresh-tokens.js';
import { services } from '../../../src/commands/aggregates.js';
import { CommandBus } from '../../../src/commands/command-bus.js';
import { type Command } from '../../../src/commands/command.js';
import { commandContext, type Occasion } from '../../../src/commands/context.js';
import { registerService } from '../../../src/commands/services/register-service.js';
import { StateReader } from '../../../src/commands/state-reader.js';
import { createTag } from '../../../src/commands/tags/tag-commands.js';
import { deleteUser, registerUser } from '../../../src/commands/users/user-commands.js';
import { type Application, startApplication } from '../../../src/composition/application.js';
import { ReaderCheckpoint } from '../../../src/platform/reader-checkpoint.js';
import { tokens } from '../../../src/composition/tokens.js';
import { type Actor } from '../../../src/domain/access/actor.js';
import { type DomainEvent } from '../../../src/domain/events.js';
import { type Position } from '../../../src/event-store/position.js';
import { serviceStream, type StreamId } from '../../../src/event-store/stream-id.js';
import { readConfiguration } from '../../../src/platform/configuration.js';
import { createLogger } from '../../../src/platform/logger.js';
import { RetireUsers, type RetireUsersParts } from '../../../src/processes/retire-users.js';
import { MemoryDirectory } from '../../../src/projections/memory-directory.js';
import { ProjectionEngine } from '../../../src/projections/projection-engine.js';
import { ServiceQueries } from '../../../src/queries/services/service-queries.js';
import { WebhookQueries } from '../../../src/queries/webhooks/webhook-queries.js';
import { TagQueries } from '../../../src/queries/tags/tag-queries.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const somebody: Actor = { kind: 'process', id: 'test' };
const email = 'admin@example.org';

export const noSecrets = { keys: 0, passwords: 0, sessions: 0 };
export const allSecrets = { keys: 1, passwords: 1, sessions: 1 };

/** A Watchbook in which nobody retires users but the test. */
export class Household {
  /** What processes said went wrong. */
  readonly errors: string[] = [];
  /** After everything that happened so far. */
  position: Position = 0n;
  readonly #retiring: RetireUsers[] = [];

  private constructor(
    private readonly database: TestDatabase,
    private readonly dataDir: string,
    private readonly application: Application,
  ) {}

  static async open(): Promise<Household> {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(path.join(tmpdir(), 'watchbook-household-'));
    const configuration = readConfiguration({
      PORT: '0',
      ROLES: 'api',
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      ADMIN_EMAIL: email,
      ADMIN_PASSWORD: 'the administrator',
    });
    const application = await startApplication(configuration, createLogger('silent'));
    await application.container.get(ProjectionEngine).start();
    return new Household(database, dataDir, application);
  }

  get container(): Container {
    return this.application.container;
  }

  get adminId(): string {
    const admin = this.container.get(MemoryDirectory).byEmail(email);
    if (admin === undefined) throw new Error('There is no administrator');
    return admin.id;
  }

  actor(userId: string): Actor {
    const user = this.container.get(MemoryDirectory).byId(userId);
    if (user === undefined) throw new Error('There is no such user');
    return user.actor;
  }

  /** Carries a command out, and waits until everything here knows of it. */
  async send<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    input: Input,
    actor: Actor = somebody,
    occasion: Occasion = {},
  ): Promise<void> {
    const context = commandContext(actor, { waitMs: 5_000, ...occasion });
    const done = await this.container.get(CommandBus).execute(command, input, context);
    this.position = done.position;
    if (!done.isVisible) throw new Error(`${command.name} is not visible`);
  }

  /** Somebody with a password and a session. */
  async user(): Promise<string> {
    const [userId, credentialId] = [randomUUID(), randomUUID()];
    await this.container.get(Credentials).add(credentialId, userId, 'a password');
    await this.container.get(RefreshTokens).issue({ userId, credentialId });
    const [role, isActive, isSuperuser, fullName] = ['member', true, false, null] as const;
    const same = { role, isActive, isSuperuser, fullName };
    await this.send(registerUser, { userId, credentialId, email: `${userId}@a.org`, ...same });
    return userId;
  }

  async tag(creatorId: string, actor: Actor = somebody): Promise<string> {
    const tagId = randomUUID();
    await this.send(createTag, { tagId, creatorId, name: tagId, color: '#000000' }, actor);
    return tagId;
  }

  async service(ownerId: string, actor: Actor = somebody): Promise<string> {
    const serviceId = randomUUID();
    const input = registerService.input.parse({
      serviceId,
      ownerId,
      name: 'Shop',
      type: 'http',
      url: 'https://shop.example.org',
    });
    await this.send(registerService, input, actor);
    return serviceId;
  }

  async delete(userId: string, heir: string | null = null, actor: Actor = somebody): Promise<void> {
    const input = { userId, ownsServices: false, reassignServicesTo: heir };
    await this.send(deleteUser, input, actor);
  }

  /** Appends past all commands, as somebody does who is overtaken at the wrong moment. */
  async happens(stream: StreamId, event: DomainEvent): Promise<void> {
    const context = commandContext(somebody);
    const { commandId, correlationId, causationId, requestId } = context;
    const appended = await this.container.get(tokens.eventStore).append(stream, 'any', [
      {
        id: randomUUID(),
        event,
        metadata: {
          actor: { kind: 'process', id: 'test' },
          command: 'Test',
          allowedBy: 'test',
          ...{ commandId, correlationId, causationId, requestId },
        },
      },
    ]);
    this.position = appended.position;
  }

  /** Whom a service belongs to, or that it is deleted. */
  async ownerOf(serviceId: string): Promise<string> {
    const read = this.container.get(StateReader);
    const service = await read.state(services, serviceStream(serviceId));
    return service.status === 'active' ? service.ownerId : service.status;
  }

  /** The types of the events in a stream. */
  async history(stream: StreamId): Promise<string[]> {
    const types: string[] = [];
    for await (const entry of this.container.get(tokens.eventStore).readStream(stream))
      types.push(entry.readable ? entry.event.type : entry.type);
    return types;
  }

  /** How many rows of each table of secrets are about somebody. */
  async secretsOf(userId: string): Promise<typeof noSecrets> {
    const { rows } = await this.container.get(tokens.pool).query<typeof noSecrets>(
      `SELECT (SELECT count(*)::int FROM secrets.person_keys WHERE person_id = $1) AS keys,
              (SELECT count(*)::int FROM secrets.credentials WHERE user_id = $1) AS passwords,
              (SELECT count(*)::int FROM secrets.refresh_tokens WHERE user_id = $1) AS sessions`,
      [userId],
    );
    if (rows[0] === undefined) throw new Error('No answer');
    return rows[0];
  }

  /** As if no process had ever followed the log. */
  async forgetCheckpoints(): Promise<void> {
    await this.container
      .get(tokens.pool)
      .query(`DELETE FROM readers.checkpoints WHERE reader LIKE 'process:%'`);
  }

  /** What the process is made of in a real Watchbook, with something else in places. */
  parts(changes: Partial<RetireUsersParts> = {}): RetireUsersParts {
    const { container } = this;
    const [credentials, sessions] = [container.get(Credentials), container.get(RefreshTokens)];
    const [tagQueries, serviceQueries] = [container.get(TagQueries), container.get(ServiceQueries)];
    const waiting = container.get(tokens.waiting);
    return {
      store: container.get(tokens.eventStore),
      bus: container.get(CommandBus),
      directory: container.get(tokens.directory),
      checkpoint: new ReaderCheckpoint(container.get(tokens.pool), 'process:retire-users'),
      log: pino({ level: 'error' }, { write: (line) => void this.errors.push(line) }),
      waitFor: (position, timeoutMs) => waiting.until(position, timeoutMs),
      possessions: {
        webhooksOf: (userId) => container.get(WebhookQueries).ownedBy(userId),
        tagsOf: (userId) => tagQueries.createdBy(userId),
        servicesOf: (userId) => serviceQueries.ownedBy(userId),
      },
      belongings: {
        async forgetPassword(credentialId) {
          await credentials.remove(credentialId);
          await sessions.revokeBegunWith(credentialId);
        },
        async forgetPerson(userId) {
          await credentials.removeAll(userId);
          await sessions.revokeAll(userId);
          await container.get(tokens.personKeys).forget(userId);
        },
      },
      ...changes,
    };
  }

  /** Starts the process; it ends with the household. */
  retire(changes: Partial<RetireUsersParts> = {}): RetireUsers {
    const process = this.killed(changes);
    this.#retiring.push(process);
    return process;
  }

  /** The same for one that is not going to end in good order. */
  killed(changes: Partial<RetireUsersParts>): RetireUsers {
    const process = new RetireUsers(this.parts(changes));
    process.start();
    return process;
  }

  /** Until a process has dealt with everything that happened so far. */
  async settled(process: RetireUsers): Promise<void> {
    await process.settled(this.position, 10_000);
  }

  async stopRetiring(): Promise<void> {
    for (const process of this.#retiring.splice(0)) await process.stop();
  }

  async close(): Promise<void> {
    await this.stopRetiring();
    await this.container.get(ProjectionEngine).stop();
    await this.application.stop();
    await this.database.drop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
