import { keepDoing } from '../platform/keep-doing.js';
import { type Logger } from '../platform/logger.js';
import { pause } from '../platform/pause.js';
import { check, findingOf } from './check.js';
import { type Probe } from './probes/probe.js';
import { type Recorder } from './recorder.js';
import { type CheckSchedule, type Lease } from './schedule/check-schedule.js';

export interface MonitorParts {
  readonly schedule: CheckSchedule;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly probe: Probe;
  readonly log: Logger;
  /** How many checks may be under way at the same time. */
  readonly maxUnderway?: number;
}

/**
 * Checks services: schedule → lease → probe → result → health.
 *
 * Any number of processes may have one. They share out the checks by leasing them, each as many as it has room for.
 */
export class Monitor {
  private readonly stopping = new AbortController();
  private readonly underway = new Set<Promise<void>>();
  private readonly maxUnderway: number;
  private running: Promise<void> = Promise.resolve();
  private wakeUp = new AbortController();
  private spreadAt = -Infinity;

  constructor(private readonly parts: MonitorParts) {
    this.maxUnderway = parts.maxUnderway ?? defaultMaxUnderway;
  }

  start(): void {
    this.running = keepDoing(() => this.takeTurn(), {
      signal: this.stopping.signal,
      onFailure: (error) =>
        this.parts.log.error({ err: error }, 'Nothing can be checked for the moment'),
    });
  }

  /** Begins no more checks. Those under way are broken off: others make them again when their leases have ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeUp.abort();
    await this.running;
    await Promise.all(this.underway);
  }

  /** Something may have become due sooner than was expected. */
  wake(): void {
    this.wakeUp.abort();
  }

  private async takeTurn(): Promise<void> {
    await this.spread();
    const isMoreDue = await this.begin();
    await this.rest(isMoreDue);
  }

  /** After a stop of everybody, and whenever there is more to check than can be checked. */
  private async spread(): Promise<void> {
    if (performance.now() - this.spreadAt < spreadEveryMs) return;
    const overdue = await this.parts.schedule.spreadOverdue();
    this.spreadAt = performance.now();
    if (overdue > 0)
      this.parts.log.warn(
        { checks: overdue },
        'Checks were not made in time: they are spread over the next minute',
      );
  }

  /** @returns Whether there may be more that is due. */
  private async begin(): Promise<boolean> {
    const room = Math.min(maxLeased, this.maxUnderway - this.underway.size);
    if (room <= 0) return false;
    const askedAt = performance.now();
    const leases = await this.parts.schedule.lease(room);
    for (const lease of leases) {
      const made = this.make(lease, askedAt).finally(() => {
        const wasFull = this.underway.size >= this.maxUnderway;
        this.underway.delete(made);
        if (wasFull) this.wake();
      });
      this.underway.add(made);
    }
    return leases.length === room;
  }

  private async make(lease: Lease, leasedAt: number): Promise<void> {
    const { probe, recorder, log } = this.parts;
    const { signal } = this.stopping;
    const { serviceId, settings } = lease;
    try {
      const startedAt = lease.givenAt + (performance.now() - leasedAt);
      const result = await check(probe, serviceId, settings, startedAt, signal);
      // What was broken off says nothing about the service.
      if (!signal.aborted) await recorder.record(findingOf(lease, result));
    } catch (error) {
      log.warn({ err: error, service: serviceId }, 'A check was in vain; it is made again soon');
    }
  }

  private async rest(isMoreDue: boolean): Promise<void> {
    if (isMoreDue && this.underway.size < this.maxUnderway) return;
    const isFull = this.underway.size >= this.maxUnderway;
    const untilNext = isFull ? undefined : await this.parts.schedule.untilNext();
    const ms = Math.min(Math.max(untilNext ?? longestRestMs, shortestRestMs), longestRestMs);
    if (!this.wakeUp.signal.aborted) await pause(ms, this.wakeUp.signal);
    if (!this.stopping.signal.aborted) this.wakeUp = new AbortController();
  }
}

const defaultMaxUnderway = 500;
/** At once, so that leases do not begin long before their checks. */
const maxLeased = 100;
/** Checks that are due one after the other are taken together. */
const shortestRestMs = 50;
/** Other processes may have made something due. */
const longestRestMs = 1_000;
const spreadEveryMs = 5_000;
