/** Why a command cannot happen, in the users' words. The edges translate the code, and show the message. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: DomainErrorCode,
    message: string,
    readonly fields: readonly FieldProblem[] = [],
  ) {
    super(message);
  }
}

export type DomainErrorCode =
  | 'service-not-found'
  | 'tag-not-found'
  | 'user-not-found'
  | 'role-not-found'
  | 'webhook-not-found'
  | 'tag-name-taken'
  | 'email-taken'
  | 'already-exists'
  | 'last-superuser'
  | 'own-superuser-account'
  | 'user-owns-services'
  | 'role-is-built-in'
  | 'role-in-use'
  | 'restore-conflicts'
  | 'rebuild-is-running'
  | 'rebuild-has-ended'
  | 'nothing-to-roll-back-to'
  | 'projection-is-running'
  | 'projection-stopped-elsewhere'
  | 'invalid-fields';

/** One thing that is wrong with what was sent; `path` is the field as the command names it, such as `timeoutMs`. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** What was sent is well-formed, and yet does not fit: with itself, or with what stands already. */
export function invalid(path: string, message: string): DomainError {
  return new DomainError('invalid-fields', message, [{ path, message }]);
}

export const notFound = {
  service: (): DomainError => new DomainError('service-not-found', 'Service not found'),
  tag: (): DomainError => new DomainError('tag-not-found', 'Tag not found'),
  user: (): DomainError => new DomainError('user-not-found', 'User not found'),
  role: (): DomainError => new DomainError('role-not-found', 'Role not found'),
  webhook: (): DomainError => new DomainError('webhook-not-found', 'Webhook not found'),
};

/** An id is used once. */
export function alreadyExists(): DomainError {
  return new DomainError('already-exists', 'Something with this id exists already');
}
