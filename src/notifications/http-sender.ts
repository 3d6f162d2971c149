import { type Attempt, failed } from './attempt.js';
import { type HttpAnswer, judge } from './http-answer.js';
import { deadlineMs, type Sender, type Sending } from './sender.js';
import { signatureOf } from './signature.js';

/** One request to one address: no redirect is followed, and no more of the answer is read than asked for. */
export type Post = (request: PostRequest) => Promise<HttpAnswer>;

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Of the answer, in bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Sends a delivery as a signed request. docs/notifications.md tells receivers what is in it. */
export class HttpSender implements Sender {
  constructor(
    private readonly post: Post,
    private readonly failureOf: (error: unknown) => Pick<Attempt, 'code' | 'message'>,
  ) {}

  async send(url: string, sending: Sending): Promise<Attempt> {
    const signal = AbortSignal.timeout(deadlineMs);
    try {
      const { body } = sending.delivery;
      const headers = headersOf(sending, new Date());
      const answer = await this.post({ url, headers, body, maxBytes: answerBytes, signal });
      return judge(answer, new Date());
    } catch (error) {
      if (signal.aborted)
        return failed('timeout', `The receiver did not answer within ${deadlineMs / 1000} s`);
      const { code, message } = this.failureOf(error);
      return failed(code, message, { isLasting: code === 'target_refused' });
    }
  }
}

function headersOf({ delivery, secrets }: Sending, now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'User-Agent': 'Watchbook',
    'Watchbook-Event': delivery.event,
    'Watchbook-Delivery': delivery.id,
    'Idempotency-Key': delivery.eventId,
    'Watchbook-Timestamp': timestamp,
    'Watchbook-Signature': signatureOf(secrets, timestamp, delivery.body),
  };
}

const answerBytes = 64 * 1024;
