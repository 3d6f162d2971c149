import {
  DirectoryIsBehind,
  type KnownUser,
  type UserDirectory,
} from '../domain/access/user-directory.js';
import { userEmail } from '../domain/names/unique-name.js';
import { eventTypes } from '../event-store/catalogue/catalogue.js';
import { type EventStore, type LogBatch, type RecordedEvent } from '../event-store/event-store.js';
import { start } from '../event-store/position.js';
import { evolve, type Projection } from './projection.js';
import { type EngineLog } from './projection-engine.js';
import { ReadModelGate } from './read-model-gate.js';
import { type RoleRow, roles } from './roles.js';
import { type UserRow, users } from './users.js';

/**
 * All users and roles, in memory, kept by the same row functions as the tables. Requests ask it who is who, so that
 * a role that was taken away is gone with the next request, at no cost to the database.
 */
export class MemoryDirectory implements UserDirectory {
  readonly gate = new ReadModelGate();
  private readonly userRows = new Map<string, UserRow>();
  private readonly roleRows = new Map<string, RoleRow>();
  private readonly idsByEmail = new Map<string, string>();
  private readonly known = new Map<string, KnownUser>();
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private position = start;
  private currentAt = 0;

  constructor(
    private readonly store: EventStore,
    private readonly log: EngineLog,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Resolves when everything up to now is known. */
  async start(): Promise<void> {
    for await (const batch of this.store.readAll({ types })) this.take(batch);
    this.running = this.follow();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Whether it heard from the log within the last seconds; what it does not know could let somebody in. */
  get isCurrent(): boolean {
    return this.now() - this.currentAt < maxSilenceMs;
  }

  byId(userId: string): KnownUser | undefined {
    this.requireCurrent();
    const cached = this.known.get(userId);
    if (cached !== undefined) return cached;
    const row = this.userRows.get(userId);
    if (row === undefined) return undefined;
    const user = this.describe(row);
    this.known.set(userId, user);
    return user;
  }

  byEmail(email: string): KnownUser | undefined {
    this.requireCurrent();
    const id = this.idsByEmail.get(userEmail(email).normalised);
    return id === undefined ? undefined : this.byId(id);
  }

  isRoleInUse(role: string): boolean {
    this.requireCurrent();
    for (const row of this.userRows.values()) if (row.role === role) return true;
    return false;
  }

  async catchUp(): Promise<void> {
    let end = this.position;
    for await (const { upTo } of this.store.readAll({ after: this.position, types })) end = upTo;
    if (!(await this.gate.waitFor(end, patienceMs)))
      throw new DirectoryIsBehind('The users as they are now are not known yet');
  }

  private requireCurrent(): void {
    if (!this.isCurrent) throw new DirectoryIsBehind('The users as they are now are not known');
  }

  private describe(row: UserRow): KnownUser {
    return {
      id: row.id,
      email: row.email,
      isActive: row.is_active,
      credentialId: row.credential_id,
      actor: {
        kind: 'user',
        id: row.id,
        isSuperuser: row.is_superuser,
        permissions: new Set(this.roleRows.get(row.role)?.permissions),
      },
    };
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const range = { after: this.position, types };
        for await (const batch of this.store.subscribe(range, signal)) this.take(batch);
      } catch (error) {
        this.log.error({ err: error }, 'The users cannot be followed; trying again in a moment');
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  private take(batch: LogBatch): void {
    for (const entry of batch.entries) {
      if (!entry.readable) throw new Error(`${entry.stream}: ${entry.reason}`);
      this.known.clear();
      applyTo(this.roleRows, roles, entry);
      const before = this.userRows.get(users.keyOf(entry) ?? '');
      const after = applyTo(this.userRows, users, entry);
      if (before?.email === after?.email) continue;
      if (before) this.idsByEmail.delete(userEmail(before.email).normalised);
      if (after) this.idsByEmail.set(userEmail(after.email).normalised, after.id);
    }
    this.position = batch.upTo;
    if (batch.atEnd) this.currentAt = this.now();
    this.gate.advance(batch.upTo);
  }
}

const types = eventTypes.filter(
  (type) => users.on[type] !== 'ignored' || roles.on[type] !== 'ignored',
);

/** The log says every second that it is still there; this leaves room for a slow moment. */
const maxSilenceMs = 5_000;
const retryMs = 250;
/** Whoever hears of no append looks each second. */
const patienceMs = 2_000;

function applyTo<Row extends object>(
  rows: Map<string, Row>,
  projection: Projection<Row>,
  recorded: RecordedEvent,
): Row | undefined {
  const key = projection.keyOf(recorded);
  if (key === undefined) return undefined;
  const after = evolve(projection, rows.get(key), recorded) ?? undefined;
  if (after === undefined) rows.delete(key);
  else rows.set(key, after);
  return after;
}
