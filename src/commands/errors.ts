import { type RefusalReason } from '../domain/access/verdict.js';
import { type FieldProblem } from '../domain/domain-error.js';

/** The policy said no; the refusal stands in the log. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
  constructor(readonly reason: RefusalReason) {
    super(reason);
  }
}

/** What was sent does not fit the command's schema. */
export class CommandInvalid extends Error {
  override readonly name = 'CommandInvalid';
  constructor(readonly fields: readonly FieldProblem[]) {
    super('The command is not valid');
  }
}

/** The sender has seen another revision than the one there is now. */
export class RevisionIsStale extends Error {
  override readonly name = 'RevisionIsStale';
  constructor(readonly actual: number) {
    super('It has changed since you read it');
  }
}

/** The Idempotency-Key was used for another command, or with another input. */
export class IdempotencyKeyReused extends Error {
  override readonly name = 'IdempotencyKeyReused';
  constructor() {
    super('This Idempotency-Key was used for another request');
  }
}

/** Others kept changing the same thing; it is worth trying again. */
export class TooMuchContention extends Error {
  override readonly name = 'TooMuchContention';
}
