import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Answer, type Notice } from '../accounting/ledger.js';
import { type Api } from './api.js';

export interface HttpWriterOptions {
  /** Whether a repetition of a request has the Idempotency-Key of the first. */
  readonly keepsKeys?: boolean;
}

/** Registers services one after the other, until it is stopped; each is repeated until it is acknowledged. */
export class HttpWriter {
  private isStopping = false;
  private readonly name: string;
  private readonly writing: Promise<void>;

  constructor(
    private readonly api: Api,
    name: string,
    private readonly say: (notice: Notice) => void,
    private readonly options: HttpWriterOptions = {},
  ) {
    this.name = `${name}-${randomUUID().slice(0, 8)}`;
    this.writing = this.write();
    // Heard of when it is stopped.
    this.writing.catch(() => undefined);
  }

  /** @throws for an answer that is neither an acknowledgement nor 503 */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.writing;
  }

  private async write(): Promise<void> {
    for (let ordinal = 0; !this.isStopping; ordinal += 1) {
      const key = `${this.name}/${ordinal}`;
      this.say({ began: { key, writer: this.name, marks: [key] } });
      await this.register(key);
      await sleep(Math.random() * pauseMs);
    }
  }

  private async register(service: string): Promise<void> {
    let idempotencyKey = randomUUID();
    for (;;) {
      const answer = await this.post(service, idempotencyKey);
      this.say({ ended: service, answer });
      if (answer.told === 'acknowledged') return;
      if (answer.told === 'refused') throw new Error(`Refused: ${answer.why}`);
      if (this.options.keepsKeys === false) idempotencyKey = randomUUID();
      await sleep(retryMs);
    }
  }

  private async post(name: string, idempotencyKey: string): Promise<Answer> {
    try {
      const response = await this.api.send('POST', '/services', {
        body: { name, url: 'https://example.org', type: 'http' },
        headers: { 'Idempotency-Key': idempotencyKey },
      });
      const text = await response.text();
      if (response.ok) return acknowledgement(response.headers, text);
      return { told: response.status === 503 ? 'unknown' : 'refused', why: text };
    } catch (error) {
      return { told: 'unknown', why: String(error) };
    }
  }
}

function acknowledgement(headers: Headers, text: string): Answer {
  const { id } = z.looseObject({ id: z.string() }).parse(JSON.parse(text));
  return {
    told: 'acknowledged',
    stream: `service-${id}`,
    revision: Number(/^"(\d+)"$/.exec(headers.get('ETag') ?? '')?.[1]),
    position: headers.get('Watchbook-Position') ?? '',
  };
}

const retryMs = 100;
const pauseMs = 40;
