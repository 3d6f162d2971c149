import { type Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import { type Policies } from '../commands/command.js';
import { AssessHealthPolicy, ForgetHealthPolicy } from '../commands/health/policies.js';
import {
  CancelRebuildPolicy,
  EndRebuildPolicy,
  RequestRebuildPolicy,
  RequestRollbackPolicy,
  RetryProjectionPolicy,
  SkipProjectionEventPolicy,
} from '../commands/projections/policies.js';
import {
  DefineRolePolicy,
  EnsureBuiltInRolePolicy,
  RemoveRolePolicy,
} from '../commands/roles/role-commands.js';
import {
  ChangeServicePolicy,
  CheckServicePolicy,
  DeleteServicePolicy,
  PauseServicePolicy,
  RegisterServicePolicy,
  RestoreServicePolicy,
  ResumeServicePolicy,
  TagServicePolicy,
  TransferServicePolicy,
  UntagServicePolicy,
} from '../commands/services/policies.js';
import { ChangeTagPolicy, CreateTagPolicy, DeleteTagPolicy } from '../commands/tags/policies.js';
import {
  ChangeOwnAccountPolicy,
  ChangeOwnPasswordPolicy,
  ChangeUserPolicy,
  DeleteOwnAccountPolicy,
  DeleteUserPolicy,
  RegisterUserPolicy,
  SignUpPolicy,
} from '../commands/users/policies.js';
import {
  ChangeWebhookPolicy,
  CreateWebhookPolicy,
  DeleteWebhookPolicy,
  DisableWebhookPolicy,
  EnableWebhookPolicy,
  RetryDeliveryPolicy,
  RotateWebhookSecretPolicy,
  TestWebhookPolicy,
} from '../commands/webhooks/policies.js';
import {
  ReadAuditPolicy,
  ReadOwnAccountPolicy,
  ReadProjectionsPolicy,
  ReadRolesPolicy,
  ReadServicesPolicy,
  ReadTagsPolicy,
  ReadUsersPolicy,
  ReadWebhooksPolicy,
} from '../queries/policy.js';
import { tokens } from './tokens.js';

/** Policies that need nothing beyond what they are asked. */
const plain = [
  RegisterServicePolicy,
  ChangeServicePolicy,
  TagServicePolicy,
  UntagServicePolicy,
  PauseServicePolicy,
  ResumeServicePolicy,
  TransferServicePolicy,
  DeleteServicePolicy,
  RestoreServicePolicy,
  CheckServicePolicy,
  AssessHealthPolicy,
  ForgetHealthPolicy,
  CreateTagPolicy,
  ChangeTagPolicy,
  DeleteTagPolicy,
  DefineRolePolicy,
  EnsureBuiltInRolePolicy,
  RemoveRolePolicy,
  CancelRebuildPolicy,
  EndRebuildPolicy,
  RequestRebuildPolicy,
  RequestRollbackPolicy,
  RetryProjectionPolicy,
  SkipProjectionEventPolicy,
  RegisterUserPolicy,
  ChangeUserPolicy,
  ChangeOwnAccountPolicy,
  ChangeOwnPasswordPolicy,
  DeleteOwnAccountPolicy,
  DeleteUserPolicy,
  ChangeWebhookPolicy,
  CreateWebhookPolicy,
  DeleteWebhookPolicy,
  DisableWebhookPolicy,
  EnableWebhookPolicy,
  RetryDeliveryPolicy,
  RotateWebhookSecretPolicy,
  TestWebhookPolicy,
  ReadServicesPolicy,
  ReadTagsPolicy,
  ReadWebhooksPolicy,
  ReadUsersPolicy,
  ReadOwnAccountPolicy,
  ReadRolesPolicy,
  ReadProjectionsPolicy,
  ReadAuditPolicy,
] as const;

/** Who may do what: one policy object for every command and every read model. */
export const policiesModule = new ContainerModule(({ bind }) => {
  for (const Policy of plain) bind<object>(Policy).toConstantValue(new Policy());
  bind(SignUpPolicy).toResolvedValue(
    ({ signup }) => new SignUpPolicy(signup),
    [tokens.configuration],
  );
});

/** How the command bus finds policies, without knowing the container. */
export function policiesOf(container: Container): Policies {
  const found = new Map<ServiceIdentifier, unknown>();
  return (policy) => {
    const identifier: ServiceIdentifier = policy;
    if (!found.has(identifier)) found.set(identifier, container.get(identifier));
    const made = found.get(identifier);
    if (!(made instanceof policy))
      throw new Error(`Policy ${policy.name} is bound to something else`);
    return made;
  };
}
