import {
  AccessDeniedError,
  InvalidArgumentError,
  isCommandError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';

/** A call took longer than we wait. What became of it is unknown. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Whoever wanted the answer has left. */
export class Left extends Error {
  override readonly name = 'Left';
}

/**
 * What a failed call says:
 * - `decided`: the server answered, and would answer the same again.
 * - `silent`: nothing came.
 * - `client`: the client could not send it; it found no node of the cluster, or could not ask the server what that can
 *   do. It remembers such a failure, and fails with it for ever.
 * - `passing`: anything else. Too busy, not ready, not the leader, about to stop: those come in many forms, and some
 *   without a code.
 * - `left`: nothing at all.
 */
export type Nature = 'decided' | 'silent' | 'client' | 'passing' | 'left';

export function natureOf(error: unknown): Nature {
  if (error instanceof Left) return 'left';
  if (error instanceof NoAnswer) return 'silent';
  if (!(error instanceof Error) || !isCommandError(error)) return 'client';
  return decisions.some((decision) => error instanceof decision) ? 'decided' : 'passing';
}

const decisions = [
  WrongExpectedVersionError,
  StreamNotFoundError,
  StreamDeletedError,
  MaxAppendSizeExceededError,
  InvalidArgumentError,
  AccessDeniedError,
];
