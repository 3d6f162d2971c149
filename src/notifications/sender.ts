import { type Attempt } from './attempt.js';
import { type Delivery } from './deliveries.js';

/** A delivery with what is needed to send it. */
export interface Sending {
  readonly delivery: Delivery;
  /** Those that count, the newest first. */
  readonly secrets: readonly string[];
}

/** Makes one attempt, within ten seconds. Whatever goes wrong on the way is an outcome, not an error. */
export interface Sender {
  send(to: string, sending: Sending): Promise<Attempt>;
}

export const deadlineMs = 10_000;
