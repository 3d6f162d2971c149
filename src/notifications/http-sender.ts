import { type AddressPolicy } from '../outbound/address-policy.js';
import { requestOnce } from '../outbound/http-request.js';
import { OutboundError, TargetRefused } from '../outbound/outbound-error.js';
import { type Attempt, failed } from './attempt.js';
import { judge } from './http-answer.js';
import { deadlineMs, type Sender, type Sending } from './sender.js';
import { signatureOf } from './signature.js';

/** Sends a delivery as a signed request. docs/notifications.md tells receivers what is in it. */
export class HttpSender implements Sender {
  /** @param policy Says which addresses it may be sent to. */
  constructor(private readonly policy: AddressPolicy) {}

  async send(url: string, sending: Sending): Promise<Attempt> {
    const signal = AbortSignal.timeout(deadlineMs);
    const { body } = sending.delivery;
    const headers = headersOf(sending, new Date());
    const request = { url, method: 'POST', headers, body, maxBytes: answerBytes, signal };
    try {
      return judge(await requestOnce(this.policy, request), new Date());
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      if (error.code === 'timeout')
        return failed('timeout', `${error.message} within ${deadlineMs / 1000} s`);
      // What leads where nothing may be sent will hardly lead elsewhere soon.
      return failed(error.code, error.message, { isLasting: error instanceof TargetRefused });
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
