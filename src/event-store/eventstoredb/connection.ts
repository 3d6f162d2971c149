import { setTimeout as sleep } from 'node:timers/promises';
import { AccessDeniedError } from '@eventstore/db-client';
import { type EventStoreAddress } from '../../platform/event-store-address.js';
import { EventStoreUnavailable } from '../errors.js';
import { natureOf, NoAnswer } from './failures.js';
import { SteadyClient } from './steady-client.js';

/** Reads and appends go different ways through the client: one can be stuck while the other works. */
type Kind = 'read' | 'append';

type Attempt<T> = (client: SteadyClient, timeoutMs: number) => Promise<T>;

/** The one client of a store. Calls are repeated until their time is up; a client that no longer works is replaced. */
export class Connection {
  private current: SteadyClient;
  private closing: Promise<void> | undefined;
  /** When the server last answered. */
  private readonly answered = { read: 0, append: 0 };
  /** How old a deaf client must be before the next one is tried: connecting takes its time, too. */
  private patienceMs = shortestPatienceMs;
  private openedAt = performance.now();

  /** @throws when a file of certificates cannot be read. */
  constructor(private readonly address: EventStoreAddress) {
    this.current = SteadyClient.open(address);
  }

  get client(): SteadyClient {
    return this.current;
  }

  /**
   * @param deadline On the clock of `performance.now()`.
   * @param attempt Repeatable; it ends by itself, with `NoAnswer` when it has waited long enough.
   * @throws EventStoreUnavailable when it did not work in time; else what the server decided.
   */
  async call<T>(kind: Kind, deadline: number, attempt: Attempt<T>): Promise<T> {
    let reason: unknown;
    for (let pause = firstPauseMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
      try {
        return await this.once(kind, Math.min(deadline - performance.now(), attemptMs), attempt);
      } catch (error) {
        const nature = natureOf(error);
        if (error instanceof AccessDeniedError) throw this.unavailable('denies access', error);
        if (nature === 'decided' || nature === 'left') throw error;
        // The last try may have been cut short: what came before tells more.
        if (nature !== 'silent' || reason === undefined) reason = error;
        if (performance.now() + pause >= deadline)
          throw this.unavailable('does not answer', reason);
        await sleep(pause);
      }
    }
  }

  /** One try. */
  async once<T>(kind: Kind, timeoutMs: number, attempt: Attempt<T>): Promise<T> {
    if (this.closing !== undefined) throw this.unavailable('is not used any more');
    const client = this.current;
    const begun = performance.now();
    try {
      const answer = await attempt(client, timeoutMs);
      if (kind === 'read' && client.isClosed) throw new NoAnswer('The read was cut off');
      this.hear(kind);
      return answer;
    } catch (error) {
      const nature = natureOf(error);
      if (nature === 'decided') this.hear(kind);
      // When others were answered meanwhile, it is not the client, but this answer that got lost.
      if (nature === 'silent' && this.answered[kind] < begun) this.replaceDeaf(client);
      if (nature === 'client') this.replace(client);
      throw error;
    }
  }

  /** Who is still using the client that failed hears of an error, or sees that it is no longer the current one. */
  replace(failed: SteadyClient): void {
    if (this.current !== failed || this.closing !== undefined) return;
    this.current = SteadyClient.open(this.address);
    this.openedAt = performance.now();
    void failed.close();
  }

  close(): Promise<void> {
    this.closing ??= this.current.close();
    return this.closing;
  }

  private hear(kind: Kind): void {
    this.answered[kind] = performance.now();
    this.patienceMs = shortestPatienceMs;
  }

  /** Not too often: of a server that accepts a connection and then says nothing, the client cannot let go. */
  private replaceDeaf(client: SteadyClient): void {
    if (performance.now() - this.openedAt < this.patienceMs) return;
    this.patienceMs = Math.min(2 * this.patienceMs, longestPatienceMs);
    this.replace(client);
  }

  private unavailable(what: string, cause?: unknown): EventStoreUnavailable {
    return new EventStoreUnavailable(`${this.address.shown} ${what}`, { cause });
  }
}

/** Callers of the port are to have an answer within 5 s, even a bad one. */
export const callTimeoutMs = 4_000;
/** Leaves room for a second try, over a new connection. */
const attemptMs = 1_900;
const firstPauseMs = 25;
const longestPauseMs = 200;
const shortestPatienceMs = 3_000;
const longestPatienceMs = 10_000;
