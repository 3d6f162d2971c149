import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { runSql } from '../http/support/database.js';
import { type Answer, type TestApp, str } from '../support/test-app.js';

/**
 * Users who register services one after the other, and try again under the same key until that is acknowledged; and
 * as many who look at them.
 */
export class Load {
  readonly acknowledged: string[] = [];
  readonly unexpected: string[] = [];
  private stopping = false;
  private readonly running: Promise<void>[];

  constructor(
    private readonly app: TestApp,
    workers: number,
  ) {
    const each = Array.from({ length: workers }, (_, n) => n);
    this.running = [...each.map((n) => this.work(n)), ...each.map(() => this.look())];
  }

  /** What was begun is tried until it is acknowledged; then all stop. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }

  /** Waits for so many more. */
  async acknowledges(more: number): Promise<void> {
    const enough = this.acknowledged.length + more;
    while (this.acknowledged.length < enough) await sleep(5);
  }

  private async work(worker: number): Promise<void> {
    for (let n = 0; !this.stopping; n += 1)
      this.acknowledged.push(await this.register(`service ${worker}-${n}`));
  }

  private async look(): Promise<void> {
    const { admin } = this.app;
    while (!this.stopping) {
      for (const path of ['/services?limit=5', `/users/${admin.id}`]) {
        const answer = await this.app.call('GET', path, { as: admin });
        if (answer.status !== 200 && answer.status !== 503) this.unexpected.push(answer.text);
      }
      await sleep(5);
    }
  }

  private async register(name: string): Promise<string> {
    const key = randomUUID();
    for (;;) {
      const answer = await this.app.call('POST', '/services', {
        as: this.app.admin,
        body: { name, url: 'https://example.org', type: 'http' },
        headers: { 'Idempotency-Key': key },
      });
      if (answer.status < 300) return str(answer.body['id']);
      if (answer.status !== 503) this.unexpected.push(answer.text);
      await sleep(20);
    }
  }
}

/** Nothing acknowledged is lost, and nothing is there twice: in the log, and in what users see. */
export async function expectAllOnce(app: TestApp, databaseUrl: string, load: Load): Promise<void> {
  const { acknowledged } = load;
  expect(load.unexpected).toEqual([]);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);

  const logged = await runSql(
    databaseUrl,
    `SELECT data ->> 'serviceId' AS id FROM log.events
      WHERE type = 'ServiceRegistered' ORDER BY position`,
  );
  expect(logged.map(({ id }) => String(id)).sort()).toEqual([...acknowledged].sort());

  const [head] = await runSql(databaseUrl, 'SELECT max(position)::text AS head FROM log.events');
  const seen: string[] = [];
  for (let skip = 0; skip === 0 || seen.length === skip; skip += 1000) {
    const page = await app.call('GET', `/services?limit=1000&sort=name&skip=${skip}`, {
      as: app.admin,
      headers: { 'Watchbook-Min-Position': String(head?.['head']) },
    });
    expect(page.status).toBe(200);
    expect(page.body['count']).toBe(acknowledged.length);
    seen.push(...page.list.map(({ id }) => str(id)));
  }
  expect(seen.sort()).toEqual([...acknowledged].sort());
}

/** Tries until it is so; the last answer is given back either way. */
export async function eventually(
  ask: () => Promise<Answer>,
  isSo: (answer: Answer) => boolean,
  patienceMs: number,
): Promise<Answer> {
  const deadline = performance.now() + patienceMs;
  let answer = await ask();
  while (!isSo(answer) && performance.now() < deadline) {
    await sleep(50);
    answer = await ask();
  }
  return answer;
}
