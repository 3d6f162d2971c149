/** What became of one attempt to deliver. */
export type Attempt = Delivered | Failed;

interface Told {
  /** For machines: `status_503`, `timeout`, `connect_refused` … */
  readonly code: string;
  /** For people. */
  readonly message: string;
  /** The HTTP status, or the reply code of the mail server; null where there was no answer. */
  readonly statusCode: number | null;
  /** The beginning of the answer, 1 KiB at the most. */
  readonly excerpt: string | null;
}

export interface Delivered extends Told {
  readonly ok: true;
}

export interface Failed extends Told {
  readonly ok: false;
  /** Trying again will hardly help: the receiver understood, and does not want it. */
  readonly isLasting: boolean;
  /** The receiver said that it is there no more. */
  readonly isGone: boolean;
  /** How long the receiver asked to be left alone, in ms. */
  readonly retryAfterMs: number | null;
}

export function failed(
  code: string,
  message: string,
  more: Partial<Omit<Failed, 'ok' | 'code' | 'message'>> = {},
): Failed {
  const nothing = {
    statusCode: null,
    excerpt: null,
    isLasting: false,
    isGone: false,
    retryAfterMs: null,
  };
  return { ok: false, code, message, ...nothing, ...more };
}
