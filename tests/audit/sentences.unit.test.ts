import { describe, expect, it } from '@jest/globals';
import { type PersonName } from '../../src/audit/names.js';
import { Narrator } from '../../src/audit/narrator.js';
import { type DomainEvent, type EventType } from '../../src/domain/events.js';
import { type LogEntry, type RecordedEvent } from '../../src/event-store/event-store.js';
import { type EventMetadata } from '../../src/event-store/metadata.js';
import { metadata } from '../event-store/support/events.js';
import { examples, ids } from '../projections/support/examples.js';

const { serviceId, tagId, userId, heirId, webhookId } = ids;
const ana: EventMetadata['actor'] = { kind: 'user', id: '01900000-0000-7000-8000-00000000000a' };
const people: readonly PersonName[] = [
  { id: ana.id, email: 'ana@example.org', fullName: 'Ana' },
  { id: userId, email: 'ada@example.org', fullName: 'Ada' },
  { id: heirId, email: 'heir@example.org', fullName: null },
];

/** A log in memory: what happened, each in the stream it belongs to. */
class Past {
  readonly entries: RecordedEvent[] = [];

  add(stream: string, event: DomainEvent, actor = ana, more: Partial<EventMetadata> = {}): this {
    const position = BigInt(this.entries.length + 1);
    this.entries.push({
      readable: true,
      id: `01900000-0000-7000-8000-${String(position).padStart(12, '0')}`,
      stream,
      revision: this.entries.filter((entry) => entry.stream === stream).length,
      position,
      recordedAt: '2026-03-03T09:30:00.000Z',
      event,
      metadata: metadata({ actor, ...more }),
    });
    return this;
  }

  async *readStream(
    stream: string,
    { from = 0, limit = Infinity }: { from?: number; limit?: number } = {},
  ): AsyncIterable<LogEntry> {
    const all = this.entries.filter((each) => each.stream === stream && each.revision >= from);
    for (const entry of all.slice(0, limit)) yield await Promise.resolve(entry);
  }

  narrator(seesPersonalData = true): Narrator {
    const namesOf = (wanted: readonly string[]): Promise<PersonName[]> =>
      Promise.resolve(people.filter(({ id }) => wanted.includes(id)));
    return new Narrator(this, { namesOf }, { seesPersonalData });
  }

  async lastSentence(): Promise<string | undefined> {
    const told = await this.narrator().tellEntries(this.entries);
    return told.at(-1)?.sentence;
  }
}

/** What was there before, for all of the examples to be about. */
function past(): Past {
  return new Past()
    .add(`user-${userId}`, examples.UserRegistered)
    .add(`tag-${tagId}`, examples.TagCreated)
    .add(`service-${serviceId}`, examples.ServiceRegistered)
    .add('role-auditor', examples.RoleDefined)
    .add(`webhook-${webhookId}`, examples.WebhookCreated);
}

const streamOf: Readonly<Record<string, string>> = {
  Service: `service-${serviceId}`,
  Tag: `tag-${tagId}`,
  User: `user-${userId}`,
  Role: 'role-auditor',
  Webhook: `webhook-${webhookId}`,
};

function anywhere(event: DomainEvent): string {
  const kind = /^(Service(?!Health)|Tag|User|Role|Webhook)(?=[A-Z])/.exec(event.type)?.[1] ?? '';
  return streamOf[kind] ?? 'elsewhere-1';
}

const sentences: { readonly [Type in EventType]: string } = {
  ServiceRegistered: 'Ana registered service *Shop* for Ada, https://shop.example.org/health',
  ServiceRenamed: 'Ana renamed service *Shop* to *Store*',
  ServiceRetargeted: 'Ana pointed service *Shop* to dns://example.org (dns)',
  ServiceRescheduled:
    'Ana changed the schedule of service *Shop*: interval_seconds 60 → 30, timeout_ms 10000 → 1000',
  ServiceThresholdsChanged:
    'Ana changed the thresholds of service *Shop*: failure_threshold 3 → 5, success_threshold 1 → 2, degraded_above_ms none → 250',
  ServiceExpectationChanged: 'Ana changed what is expected of service *Shop*',
  ServiceTagged: 'Ana tagged service *Shop* with tag *urgent*',
  ServiceUntagged: 'Ana took tag *urgent* off service *Shop*',
  ServicePaused: 'Ana paused service *Shop*',
  ServiceResumed: 'Ana resumed service *Shop*',
  ServiceTransferred: 'Ana gave service *Shop* to heir@example.org',
  ServiceHealthChanged:
    'Ana found service *Shop* unhealthy, which was healthy: Connection refused by 192.0.2.7:443 (3 checks in a row)',
  ServiceDeleted: 'Ana deleted service *Shop*',
  ServiceRestored: 'Ana restored service *Shop*',
  TagCreated: 'Ana created tag *urgent*',
  TagRenamed: 'Ana renamed tag *urgent* to *later*',
  TagRecolored: 'Ana changed the color of tag *urgent* from #ff0000 to #00ff00',
  TagDeleted: 'Ana deleted tag *urgent*',
  TagNameForfeited: 'Ana gave away a name that tag *urgent* had asked for and not come to bear',
  UserRegistered: 'Ana added Ada as *auditor*',
  UserEmailChanged:
    'Ana changed Ada’s e-mail address from *ada@example.org* to *countess@example.org*',
  UserRenamed: 'Ana changed Ada’s full name from *Ada* to none',
  UserPasswordChanged: 'Ana changed Ada’s password',
  UserRoleAssigned: 'Ana changed Ada’s role from *auditor* to *operator*',
  SuperuserGranted: 'Ana made Ada a superuser',
  SuperuserRevoked: 'Ana took Ada’s superuser rights',
  UserDeactivated: 'Ana deactivated Ada’s account',
  UserReactivated: 'Ana reactivated Ada’s account',
  UserDeleted: 'Ana deleted Ada’s account and gave their services to heir@example.org',
  UserEmailForfeited: 'Ana gave away an e-mail address that Ada had asked for and not come to bear',
  SuperuserEnlisted: 'Ana counted Ada among the superusers',
  SuperuserDischarged: 'Ana counted Ada no more among the superusers',
  WebhookCreated: 'Ana created a webhook to *https://hooks.example.org/in*',
  WebhookRetargeted:
    'Ana pointed the webhook to *https://hooks.example.org/in* to *mailto:ada@example.org*',
  WebhookFiltersChanged: 'Ana changed what the webhook to *https://hooks.example.org/in* hears of',
  WebhookSecretRotated: 'Ana gave the webhook to *https://hooks.example.org/in* a new secret',
  WebhookDisabled:
    'Ana disabled the webhook to *https://hooks.example.org/in*: nothing got through since 2026-03-03T12:00:00.000Z',
  WebhookEnabled: 'Ana enabled the webhook to *https://hooks.example.org/in* again',
  WebhookDeleted: 'Ana deleted the webhook to *https://hooks.example.org/in*',
  RoleDefined: 'Ana defined role *auditor*: tags:read, audit:read',
  RolePermissionsGranted: 'Ana allowed role *auditor* tags:create',
  RolePermissionsRevoked: 'Ana took audit:read from role *auditor*',
  RoleRemoved: 'Ana removed role *auditor*',
  NameClaimed: 'Ana claimed a tag name for tag *urgent*',
  NameReleased: 'Ana released a tag name that tag *urgent* had',
  CommandKeyed: 'Ana sent a command with an Idempotency-Key: create tag *urgent*',
  CommandRefused: 'Ana was not allowed to delete tag *urgent*: Not authorized',
  ProjectionRebuildRequested: 'Ana asked for projection *services* to be rebuilt',
  ProjectionRollbackRequested:
    'Ana asked for projection *services* to go back to its table before the last rebuild',
  ProjectionRebuildCancelled: 'Ana cancelled the rebuild of projection *services*',
  ProjectionRebuildEnded:
    'Ana ended the rebuild of projection *services*, and its new table took over',
  ProjectionRetried: `Ana let projection *services* try event ${tagId} again`,
  ProjectionEventSkipped: `Ana let projection *services* skip event ${tagId}`,
};

describe('A sentence', () => {
  it.each(Object.values(examples))('tells $type', async (event) => {
    const told = past().add(anywhere(event), event);

    expect(await told.lastSentence()).toBe(sentences[event.type]);
  });

  it('speaks of a person’s own things as such', async () => {
    const ada: EventMetadata['actor'] = { kind: 'user', id: userId };
    const own = past().add(`user-${userId}`, examples.UserPasswordChanged, ada);
    const joined = new Past().add(`user-${userId}`, examples.UserRegistered, {
      kind: 'anonymous',
      id: 'anonymous',
    });

    expect(await own.lastSentence()).toBe('Ada changed their own password');
    expect(await joined.lastSentence()).toBe('Ada signed up as *auditor*');
  });

  it('names processes, people who were forgotten, and things that never were', async () => {
    const process: EventMetadata['actor'] = { kind: 'process', id: 'retire-users' };
    const stranger: EventMetadata['actor'] = { kind: 'user', id: serviceId };
    const data = { ...examples.CommandRefused.data, command: 'CreateTag', target: 'tag-1' };
    const refused: DomainEvent = { type: 'CommandRefused', data: { ...data, unrecorded: 4 } };

    expect(await past().add(`tag-${tagId}`, examples.TagDeleted, process).lastSentence()).toBe(
      'Watchbook (retire-users) deleted tag *urgent*',
    );
    expect(await past().add('refusals-1', refused, stranger).lastSentence()).toBe(
      'Somebody who was forgotten was not allowed to create a tag: Not authorized; 4 more like it were not recorded',
    );
  });

  it('hides what tells something about a person from whoever may not read users', async () => {
    const log = past()
      .add(`user-${userId}`, examples.UserEmailChanged)
      .add(`service-${serviceId}`, examples.ServiceTransferred);

    const [changed, transferred] = (await log.narrator(false).tellEntries(log.entries)).slice(-2);

    expect(changed?.sentence).toBe(
      'Ana changed Ada’s e-mail address from *[hidden]* to *[hidden]*',
    );
    expect(changed?.changes).toEqual([{ field: 'email', old: '[hidden]', new: '[hidden]' }]);
    expect(transferred?.sentence).toBe(`Ana gave service *Shop* to user ${heirId}`);
  });

  it('is the same, wherever along the log one begins', async () => {
    const log = past()
      .add(`service-${serviceId}`, examples.ServiceRenamed)
      .add(`tag-${tagId}`, examples.TagRenamed)
      .add(`service-${serviceId}`, examples.ServiceTagged)
      .add(`service-${serviceId}`, examples.ServicePaused);
    const whole = await log.narrator().tellEntries(log.entries);

    const oneByOne = log.narrator();
    for (const [index, entry] of log.entries.entries()) {
      expect(await oneByOne.tellEntries([entry])).toEqual([whole[index]]);
      expect(await log.narrator().tellEntries(log.entries.slice(index))).toEqual(
        whole.slice(index),
      );
    }
    expect(whole.at(-2)?.sentence).toBe('Ana tagged service *Store* with tag *later*');
  });

  it('says so when an event cannot be read', async () => {
    const log = past();
    const [first] = log.entries;
    if (first === undefined) throw new Error('There is a past');
    const { id, stream, revision, position, recordedAt } = first;
    const envelope = { id, stream, revision, position, recordedAt };
    const unreadable: LogEntry = {
      ...envelope,
      readable: false,
      type: 'TagPolished',
      version: 3,
      reason: 'Event type TagPolished is not known',
    };

    const [told] = await log.narrator().tellEntries([unreadable]);

    expect(told).toMatchObject({ type: 'TagPolished', actor: null, command: null, changes: [] });
    expect(told?.sentence).toBe(
      'Somebody wrote something that cannot be read: TagPolished, version 3 (Event type TagPolished is not known)',
    );
  });
});
