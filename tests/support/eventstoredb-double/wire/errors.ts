import { Metadata, status } from '@grpc/grpc-js';

/** What a call ends with, in the words and trailers of the server's `RpcExceptions`. */
export class RpcError extends Error {
  readonly metadata = new Metadata();

  constructor(
    readonly code: status,
    readonly details: string,
    trailers: Readonly<Record<string, string>> = {},
  ) {
    super(details);
    for (const [key, value] of Object.entries(trailers)) this.metadata.set(key, value);
  }
}

export function notLeader(port: number): RpcError {
  return new RpcError(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': '127.0.0.1',
    'leader-endpoint-port': String(port),
  });
}

export function streamDeleted(stream: string): RpcError {
  const details = `Event stream '${stream}' is deleted.`;
  const trailers = { exception: 'stream-deleted', 'stream-name': stream };
  return new RpcError(status.FAILED_PRECONDITION, details, trailers);
}

export function wrongExpectedVersion(stream: string, expected: number, actual: number): RpcError {
  const details = `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`;
  return new RpcError(status.FAILED_PRECONDITION, details, {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': String(expected),
    'actual-version': String(actual),
  });
}

export function appendTooLarge(bytes: number): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${bytes} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(bytes),
  });
}

export function invalidPosition(): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, 'Trying to read from an invalid position.');
}

export function timedOut(): RpcError {
  return new RpcError(status.ABORTED, 'Operation timed out: deadline exceeded');
}
