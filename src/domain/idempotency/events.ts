/** A command was sent with an Idempotency-Key; the stream is called after a hash of the actor and the key. */
export interface CommandKeyEvent {
  readonly type: 'CommandKeyed';
  readonly data: {
    readonly actorId: string;
    readonly command: string;
    /** SHA-256 of the command and its input: the same key with another one is refused. */
    readonly fingerprint: string;
    /** The stream its events went to, and how many there are; with none, a retry has nothing left to do. */
    readonly target: string;
    readonly events: number;
  };
}
