import {
  CommandInvalid,
  CommandRefused,
  IdempotencyKeyReused,
  RevisionIsStale,
  TooMuchContention,
} from '../commands/errors.js';
import { DirectoryIsBehind } from '../domain/access/user-directory.js';
import { DomainError, type DomainErrorCode, type FieldProblem } from '../domain/domain-error.js';
import { type RestoreConflict, RestoreConflicts } from '../domain/services/restoration.js';
import { BeforeTheBeginning } from '../history/moment.js';
import { ReadModelsUnavailable } from '../queries/database.js';
import { QueryRefused } from '../queries/policy.js';
import { isDatabaseAway } from '../platform/postgres.js';
import { Throttled } from '../platform/throttle.js';
import { invalidFields, invalidInput, Problem, unavailable } from './problem.js';

/** What to answer to whatever was thrown. What nobody expected becomes a 500 that gives nothing away. */
export function translateError(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RestoreConflicts)
    return new Problem(409, error.message, {
      members: { conflicts: error.conflicts.map(conflictOnTheWire) },
    });
  if (error instanceof DomainError) return fromDomain(error);
  if (error instanceof CommandInvalid) return invalidFields(onTheWire(error.fields));
  if (error instanceof CommandRefused) return new Problem(403, error.reason);
  if (error instanceof QueryRefused) return new Problem(403, error.reason);
  if (error instanceof RevisionIsStale)
    return new Problem(412, 'It has changed since you read it: read it again, then decide');
  if (error instanceof IdempotencyKeyReused) return new Problem(422, error.message);
  if (error instanceof Throttled)
    return new Problem(429, error.message, {
      headers: { 'Retry-After': String(error.retryAfterSeconds) },
    });
  if (error instanceof BeforeTheBeginning)
    return invalidFields([{ path: 'as_of', message: error.message }]);
  if (isObstacle(error)) return new Problem(409, error.message);
  if (isPassing(error)) return unavailable(error);
  return (
    fromBodyParser(error) ?? new Problem(500, 'Something went wrong on our side', { cause: error })
  );
}

const statusOf: Readonly<Record<DomainErrorCode, number>> = {
  'service-not-found': 404,
  'tag-not-found': 404,
  'user-not-found': 404,
  'role-not-found': 404,
  'webhook-not-found': 404,
  'tag-name-taken': 400,
  'email-taken': 409,
  'already-exists': 409,
  'last-superuser': 409,
  'own-superuser-account': 403,
  'user-owns-services': 409,
  'role-is-built-in': 409,
  'role-in-use': 409,
  'restore-conflicts': 409,
  'rebuild-is-running': 409,
  'rebuild-has-ended': 409,
  'nothing-to-roll-back-to': 409,
  'projection-is-running': 409,
  'projection-stopped-elsewhere': 409,
  'invalid-fields': 422,
};

function fromDomain({ code, message, fields }: DomainError): Problem {
  const status = statusOf[code];
  return status === 422 ? invalidFields(onTheWire(fields)) : new Problem(status, message);
}

/** With the word that accepts it, to be sent back. */
function conflictOnTheWire(conflict: RestoreConflict): object {
  switch (conflict.conflict) {
    case 'tag-gone': {
      const { tagId, name } = conflict;
      return {
        conflict: 'tag_gone',
        tag_id: tagId,
        message: `The tag ${name} was deleted since: the service comes back without it`,
        accept: `without_tag:${tagId}`,
      };
    }
    case 'owner-gone':
      return {
        conflict: 'owner_gone',
        user_id: conflict.userId,
        message: 'Whoever owned it then is gone since: it stays with its owner of today',
        accept: 'keep_owner',
      };
  }
}

/** The domain says `timeoutMs`, the wire `timeout_ms`. */
function onTheWire(fields: readonly FieldProblem[]): FieldProblem[] {
  return fields.map(({ path, message }) => ({
    path: path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    message,
  }));
}

/** What keeps a read model from being compared. By name, because they are not this room's to know. */
const obstacles = new Set(['VersionDiffers', 'IndigestibleEvent', 'NoConnectionOfItsOwn']);

function isObstacle(error: unknown): error is Error {
  return error instanceof Error && obstacles.has(error.name);
}

/** By name, because the event store's errors are not this room's to know. */
const passing = new Set(['EventStoreUnavailable', 'EventStoreOverloaded']);

function isPassing(error: unknown): boolean {
  return (
    error instanceof TooMuchContention ||
    error instanceof ReadModelsUnavailable ||
    error instanceof DirectoryIsBehind ||
    (error instanceof Error && passing.has(error.name)) ||
    isDatabaseAway(error)
  );
}

/** body-parser names what was wrong in `type`. */
function fromBodyParser(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('type' in error)) return undefined;
  switch (error.type) {
    case 'entity.too.large':
      return new Problem(413, 'The body is larger than 64 KiB');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new Problem(415, 'Send UTF-8 without an exotic encoding');
    case 'entity.parse.failed':
    case 'entity.verify.failed':
    case 'request.size.invalid':
    case 'request.aborted':
    case 'parameters.too.many':
      return invalidInput();
    default:
      return undefined;
  }
}
