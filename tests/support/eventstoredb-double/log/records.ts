/** An event as a client wants it written. */
export interface Proposed {
  readonly stream: string;
  /** A UUID in lower case. */
  readonly id: string;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface LogRecord extends Proposed {
  readonly revision: number;
  /** Commit and prepare position in `$all`: a byte offset. It increases, with gaps. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** The revision of a tombstone; on the wire 9223372036854775807. */
export const TOMBSTONE = 2 ** 63;
