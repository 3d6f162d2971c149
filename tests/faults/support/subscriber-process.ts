import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type Position } from '../../../src/event-store/position.js';
import { runSql } from '../../http/support/database.js';
import { type Reading } from '../accounting/judge.js';
import { startScript } from './start-script.js';

/** Where a subscriber can be killed: before, within and after the transaction it commits. */
export const steps = ['received', 'begun', 'applied', 'moved', 'committing', 'committed'] as const;

export type Step = (typeof steps)[number];

/** What a process with a subscriber is to do. */
export const SubscriberProcessSettings = z.strictObject({
  /** By its name. */
  adapter: z.string(),
  url: z.string(),
  diesWhen: z.enum(steps).optional(),
  isNaive: z.boolean().optional(),
});

type Life = Omit<z.infer<typeof SubscriberProcessSettings>, 'adapter' | 'url'>;

/** A subscriber of many lives, each in a process of its own; what it was given stands in the database. */
export class SubscriberProcess implements Reading {
  readonly reader = 'subscriber';
  readonly after = 0n;
  readonly handedOut: { position: Position; id: string }[] = [];
  checkpoint: Position = 0n;
  private child: ChildProcess | undefined;

  constructor(
    private readonly adapter: string,
    private readonly url: string,
  ) {}

  /** Makes its tables. */
  async prepare(): Promise<void> {
    await runSql(
      this.url,
      `
      CREATE SCHEMA subscriber;
      CREATE TABLE subscriber.given (
        n        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        position bigint NOT NULL,
        id       uuid   NOT NULL
      );
      CREATE TABLE subscriber.checkpoint (checkpoint bigint NOT NULL);
      INSERT INTO subscriber.checkpoint VALUES (0)`,
    );
  }

  /** It goes on where its last life ended. */
  live(life: Life): void {
    const settings = { adapter: this.adapter, url: this.url, ...life };
    const child = startScript('start-subscriber.ts', settings);
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.checkpoint = BigInt(line);
      });
    this.child = child;
  }

  /** @throws when it ends otherwise than by being killed */
  async died(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    if (child.exitCode !== null) throw new Error('The subscriber ended by itself');
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.died();
  }

  async stop(): Promise<void> {
    await this.kill();
    const given = await runSql(this.url, 'SELECT position, id FROM subscriber.given ORDER BY n');
    for (const { position, id } of given.splice(this.handedOut.length))
      this.handedOut.push({ position: BigInt(String(position)), id: String(id) });
  }
}
