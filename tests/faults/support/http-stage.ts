import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgresEventStore } from '../../event-store/support/postgres.js';
import { type Reading } from '../accounting/judge.js';
import { type LogLine } from '../accounting/log-line.js';
import { type Report } from '../accounting/report.js';
import { Witness } from '../accounting/witness.js';
import { type Api } from './api.js';
import { HttpWriter, type HttpWriterOptions } from './http-writer.js';
import { readLogTable } from './postgres-adapter.js';

/** A whole Watchbook, users who change and look at it, and an end to all of it. */
export class HttpStage {
  readonly witness = new Witness();
  private readonly users = new Set<{ stop(): Promise<void> }>();
  private readonly ends: (() => Promise<unknown>)[] = [];

  /** Something to do at the end; the last one said is done first. */
  afterwards(end: () => Promise<unknown>): void {
    this.ends.push(end);
  }

  /** As many who register services, as who look at them. */
  use(api: Api, users: number, options: HttpWriterOptions = {}): void {
    for (let n = 0; n < users; n += 1) {
      this.users.add(new HttpWriter(api, `user ${n}`, this.witness.ledger.record, options));
      this.users.add(new Looker(api));
    }
  }

  /** Follows the log directly. */
  follow(databaseUrl: string): void {
    const { store, close } = openPostgresEventStore(databaseUrl);
    this.afterwards(close);
    this.witness.follow('reader', store);
  }

  /** Lets users finish, reads the log, and the services as `api` shows them, and compares. */
  async report(scenario: string, databaseUrl: string, api: Api, limitMs?: number): Promise<Report> {
    await this.stopUsers();
    const log = await readLogTable(databaseUrl, 'log.events', registered);
    const services = await api.services(log.at(-1)?.position ?? 0n);
    const readings = [listing(services, log)];
    return this.witness.report(scenario, log, { readings, limitMs });
  }

  /** Whatever happened before. */
  async end(): Promise<void> {
    await Promise.allSettled([this.stopUsers(), this.witness.stop()]);
    for (const end of this.ends.reverse()) await end();
  }

  private async stopUsers(): Promise<void> {
    const all = [...this.users];
    this.users.clear();
    await Promise.all(all.map((user) => user.stop()));
  }
}

/** Registrations are what users are told of. */
const registered = `CASE type WHEN 'ServiceRegistered' THEN data ->> 'name' END`;

/** What a list shows, as a reading of the log: it has no order of its own, but all of it is there, and once. */
function listing(services: readonly string[], log: readonly LogLine[]): Reading {
  const registrations = new Map(
    log.filter(({ mark }) => mark !== undefined).map((line) => [line.stream, line]),
  );
  const found = services.map(
    (id) => registrations.get(`service-${id}`) ?? { position: 0n, id: `service ${id}` },
  );
  const others = log.filter(({ mark }) => mark === undefined);
  const handedOut = [...others, ...found].sort((a, b) => Number(a.position - b.position));
  return { reader: 'GET /services', after: 0n, handedOut };
}

/** Gets an answer, or is told to come back. */
class Looker {
  private isStopping = false;
  private readonly looking: Promise<void>;

  constructor(private readonly api: Api) {
    this.looking = this.look();
    this.looking.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.looking;
  }

  private async look(): Promise<void> {
    while (!this.isStopping) {
      for (const path of ['/services?limit=5', '/users/me']) {
        const response = await this.api.send('GET', path).catch(() => undefined);
        const text = await response?.text().catch(() => undefined);
        if (response !== undefined && response.status !== 200 && response.status !== 503)
          throw new Error(`GET ${path}: ${text}`);
      }
      await sleep(100);
    }
  }
}
