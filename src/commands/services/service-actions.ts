import { z } from 'zod';
import { invalid, notFound } from '../../domain/domain-error.js';
import { service } from '../../domain/services/service.js';
import {
  existing,
  maxTagsPerService,
  type ServiceState,
} from '../../domain/services/service-state.js';
import { existing as existingTag } from '../../domain/tags/tag.js';
import { type UserState } from '../../domain/users/user.js';
import { serviceStream, userStream } from '../../event-store/stream-id.js';
import { services, users } from '../aggregates.js';
import { type Command, noFacts } from '../command.js';
import { uuid } from '../fields.js';
import {
  CheckServicePolicy,
  DeleteServicePolicy,
  PauseServicePolicy,
  ResumeServicePolicy,
  TagServicePolicy,
  TransferServicePolicy,
  UntagServicePolicy,
} from './policies.js';
import { goneFrom, tagFacts, type TagFacts } from './tag-facts.js';

const OneService = z.strictObject({ serviceId: uuid });
const ServiceAndTag = z.strictObject({ serviceId: uuid, tagId: uuid });
const Transfer = z.strictObject({ serviceId: uuid, ownerId: uuid });

type OneService = z.infer<typeof OneService>;

/** What all commands on one existing service have in common. */
const onService = {
  input: OneService,
  aggregate: services,
  stream: ({ serviceId }: OneService) => serviceStream(serviceId),
  facts: noFacts,
  mustExist: (state: ServiceState): void => void existing(state),
} as const;

interface TaggingFacts extends TagFacts {
  /** Tags of a full service that were deleted, and make room. */
  readonly gone: readonly string[];
}

export const tagService: Command<z.infer<typeof ServiceAndTag>, ServiceState, TaggingFacts> = {
  ...onService,
  name: 'TagService',
  input: ServiceAndTag,
  policy: TagServicePolicy,
  async facts({ tagId }, read, state) {
    const isFull = state.status === 'active' && state.tagIds.length >= maxTagsPerService;
    const gone = isFull ? goneFrom(await tagFacts(state.tagIds, read)) : [];
    return { ...(await tagFacts([tagId], read)), gone };
  },
  mustExist(state, facts) {
    existing(state);
    for (const tag of facts.tags.values()) existingTag(tag);
  },
  decide({ tagId }, state, { gone }) {
    const kept = existing(state).tagIds.filter((id) => !gone.includes(id));
    return service.decide({ type: 'ChangeService', tagIds: [...kept, tagId] }, state);
  },
};

export const untagService: Command<z.infer<typeof ServiceAndTag>, ServiceState, undefined> = {
  ...onService,
  name: 'UntagService',
  input: ServiceAndTag,
  policy: UntagServicePolicy,
  decide: ({ tagId }, state) => service.decide({ type: 'UntagService', tagId }, state),
};

export const pauseService: Command<OneService, ServiceState, undefined> = {
  ...onService,
  name: 'PauseService',
  policy: PauseServicePolicy,
  decide: (_, state) => service.decide({ type: 'PauseService' }, state),
};

export const resumeService: Command<OneService, ServiceState, undefined> = {
  ...onService,
  name: 'ResumeService',
  policy: ResumeServicePolicy,
  decide: (_, state) => service.decide({ type: 'ResumeService' }, state),
};

export const transferService: Command<
  z.infer<typeof Transfer>,
  ServiceState,
  { newOwner: UserState }
> = {
  ...onService,
  name: 'TransferService',
  input: Transfer,
  policy: TransferServicePolicy,
  facts: async ({ ownerId }, read) => ({ newOwner: await read.state(users, userStream(ownerId)) }),
  decide({ ownerId }, state, { newOwner }) {
    if (newOwner.status !== 'registered') throw invalid('userId', notFound.user().message);
    return service.decide({ type: 'TransferService', ownerId }, state);
  },
};

export const deleteService: Command<OneService, ServiceState, undefined> = {
  ...onService,
  name: 'DeleteService',
  policy: DeleteServicePolicy,
  decide: (_, state) => service.decide({ type: 'DeleteService' }, state),
};

/** Whether a service may be checked out of turn. Nothing happens to it: what the check finds is no decision. */
export const checkService: Command<OneService, ServiceState, undefined> = {
  ...onService,
  name: 'CheckService',
  policy: CheckServicePolicy,
  decide: () => [],
};
