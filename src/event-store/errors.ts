/** The stream is not at the revision the caller expected; somebody else was faster. */
export class WrongExpectedRevision extends Error {
  override readonly name = 'WrongExpectedRevision';

  /** @param actual The revision of the stream's last event; -1 when there is no stream. */
  constructor(
    readonly stream: string,
    readonly expected: string | number,
    readonly actual: number,
  ) {
    super(`Stream ${stream} is at revision ${actual}, not at ${expected}`);
  }
}

/** An event that must not go into the log; says which one and why. Nothing was sent. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
}

/** The store could not be reached in time. An append may or may not have happened: repeat it with the same ids. */
export class EventStoreUnavailable extends Error {
  override readonly name = 'EventStoreUnavailable';
}

/** Too many appends are waiting already. Nothing was sent. */
export class EventStoreOverloaded extends Error {
  override readonly name = 'EventStoreOverloaded';
}
