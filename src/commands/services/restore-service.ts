import { z } from 'zod';
import { invalid, notFound } from '../../domain/domain-error.js';
import { type Earlier } from '../../domain/services/restoration.js';
import { service } from '../../domain/services/service.js';
import {
  maxTagsPerService,
  type Service,
  type ServiceState,
} from '../../domain/services/service-state.js';
import { serviceStream, tagStream, userStream } from '../../event-store/stream-id.js';
import { services, tags, users } from '../aggregates.js';
import { type Command } from '../command.js';
import { uuid } from '../fields.js';
import { type StateReader } from '../state-reader.js';
import { RestoreServicePolicy } from './policies.js';
import { type TagFacts } from './tag-facts.js';

/** A service as it was at a revision or at a time; with neither, a deleted service comes back as it is. */
const Input = z.strictObject({
  serviceId: uuid,
  revision: z.int().nonnegative().optional(),
  asOf: z.iso.datetime({ precision: 3 }).optional(),
  withoutTags: z.array(uuid).max(maxTagsPerService).optional(),
  keepOwner: z.boolean().optional(),
});
type Input = z.infer<typeof Input>;

/** The tags are those that would be on it again. */
export interface RestorationFacts extends TagFacts {
  /** `undefined` when the service comes back as it is. */
  readonly earlier: Earlier | undefined;
}

export const restoreService: Command<Input, ServiceState, RestorationFacts> = {
  name: 'RestoreService',
  input: Input,
  aggregate: services,
  policy: RestoreServicePolicy,
  stream: ({ serviceId }) => serviceStream(serviceId),
  async facts(input, read, state) {
    const isAsItIs = input.revision === undefined && input.asOf === undefined;
    if (state.status === 'unborn' || isAsItIs) return { earlier: undefined, tags: new Map() };
    return becameOf(await serviceThen(input, read), input, read);
  },
  mustExist(state) {
    if (state.status === 'unborn') throw notFound.service();
  },
  decide: (_, state, { earlier }) => service.decide({ type: 'RestoreService', earlier }, state),
};

/** A service as it was, and when. */
interface Then {
  readonly service: Service;
  readonly recordedAt: string;
}

/** @throws DomainError `invalid-fields` when there was no such service then. */
async function serviceThen({ serviceId, revision, asOf }: Input, read: StateReader): Promise<Then> {
  const until = { revision, recordedAt: asOf };
  const found = await read.earlier(services, serviceStream(serviceId), until);
  const field = revision === undefined ? 'asOf' : 'revision';
  if (revision !== undefined && found.revision < revision)
    throw invalid(field, `The service is at revision ${found.revision} only`);
  if (found.state.status === 'unborn') throw invalid(field, 'The service did not exist then');
  if (found.state.status === 'deleted') throw invalid(field, 'The service was deleted then');
  return { service: found.state, recordedAt: asOf ?? found.recordedAt };
}

/** What has become of its tags and its owner. Tags that were gone already then are no matter. */
async function becameOf(
  { service: then, recordedAt }: Then,
  { withoutTags = [], keepOwner = false }: Input,
  read: StateReader,
): Promise<RestorationFacts> {
  const fates = await Promise.all(
    then.tagIds.map(async (id) => ({
      id,
      now: await read.state(tags, tagStream(id)),
      before: (await read.earlier(tags, tagStream(id), { recordedAt })).state,
    })),
  );
  const had = fates.filter(({ before }) => before.status === 'active');
  const goneTags = had.flatMap(({ id, now, before }): [string, string][] =>
    before.status === 'active' && now.status !== 'active' ? [[id, before.name]] : [],
  );
  const owner = await read.state(users, userStream(then.ownerId));
  return {
    earlier: {
      service: { ...then, tagIds: had.map(({ id }) => id) },
      goneTags: new Map(goneTags),
      ownerIsGone: owner.status !== 'registered',
      accepted: { withoutTags: new Set(withoutTags), keepOwner },
    },
    tags: new Map(
      had.flatMap(({ id, now }) => (withoutTags.includes(id) ? [] : [[id, now] as const])),
    ),
  };
}
