import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Person, startTestApp, str, type TestApp } from '../support/test-app.js';
import { Ledger, type LoggedEvent } from './support/log.js';
import { makeService, makeTag, newName } from './support/making.js';

let app: TestApp;
let ledger: Ledger;
let member: Person;

beforeAll(async () => {
  app = await startTestApp();
  ledger = await Ledger.of(app);
  member = await app.person();
});
afterAll(async () => {
  await ledger.close();
  await app.stop();
});

const last = async (stream: string): Promise<LoggedEvent | undefined> =>
  (await ledger.stream(stream)).at(-1);

describe('An event', () => {
  it('tells who, through which command and request, and why that was allowed', async () => {
    const { id } = await makeTag(app, member);
    await app.call('PATCH', `/tags/${id}`, {
      as: member,
      body: { color: '#000000' },
      headers: { 'X-Request-Id': 'the-request' },
    });

    const [created, changed] = await ledger.stream(`tag-${id}`);

    expect(created).toMatchObject({ type: 'TagCreated', revision: 0 });
    expect(changed).toMatchObject({
      type: 'TagRecolored',
      revision: 1,
      data: { tagId: id, color: '#000000' },
      metadata: {
        actor: { kind: 'user', id: member.id },
        command: 'ChangeTag',
        commandId: expect.any(String),
        requestId: 'the-request',
        correlationId: 'the-request',
        causationId: null,
        allowedBy: 'tags:update',
      },
    });
    expect(changed?.metadata.commandId).not.toBe(created?.metadata.commandId);
  });

  it.each([
    ['member', true, 'tags:update'],
    ['operator', false, 'tags:update:any'],
    ['superuser', false, 'superuser'],
  ])('names what the allowance rests on for a %s', async (role, isOwn, allowedBy) => {
    const actor = role === 'superuser' ? app.admin : await app.person(role);
    const { id } = await makeTag(app, isOwn ? actor : member);

    await app.call('PATCH', `/tags/${id}`, { as: actor, body: { color: '#111111' } });

    expect((await last(`tag-${id}`))?.metadata).toMatchObject({
      actor: { kind: 'user', id: actor.id },
      allowedBy,
    });
  });

  it('belongs to its command: one id for all events of one, the request’s answer tells it', async () => {
    const tag = await makeTag(app, member);
    const body = { name: 'X', url: 'https://a.example', type: 'http', tags: [tag.id] };
    const answer = await app.call('POST', '/services', { as: member, body });

    const events = await ledger.stream(`service-${str(answer.body['id'])}`);

    expect(events.map(({ type }) => type)).toEqual(['ServiceRegistered', 'ServiceTagged']);
    expect(new Set(events.map(({ metadata }) => metadata.commandId)).size).toBe(1);
    for (const { metadata } of events)
      expect(metadata.requestId).toBe(answer.headers.get('X-Request-Id'));
    expect(answer.headers.get('Watchbook-Position')).toBe(String(events.at(-1)?.position));
  });

  it('of somebody who signs up is theirs who did not say who they are', async () => {
    const body = { email: 'new@example.org', password: 'a good password' };
    const { body: user } = await app.call('POST', '/users/signup', { body });

    const [registered] = await ledger.stream(`user-${str(user['id'])}`);

    expect(registered?.metadata).toMatchObject({
      actor: { kind: 'anonymous', id: 'anonymous' },
      command: 'SignUp',
      allowedBy: 'open sign-up',
    });
  });

  it('is not written when nothing changes', async () => {
    const tag = await makeTag(app, member);
    const before = await ledger.end();

    await app.call('PATCH', `/tags/${tag.id}`, { as: member, body: { name: tag.name } });
    await app.call('GET', '/tags', { as: member });
    await app.call('POST', '/tags', { as: member, body: { name: '' } });

    expect(await ledger.end()).toBe(before);
  });
});

describe('A refused command', () => {
  const refusals = (person: Person): Promise<LoggedEvent[]> =>
    ledger.stream(`refusals-${person.id}`);
  const refusedDeletion = (as: Person, id: string): Promise<Answer> =>
    app.call('DELETE', `/services/${id}`, { as });

  it('is recorded with who, what and why', async () => {
    const [owner, other] = [await app.person(), await app.person()];
    const { id } = await makeService(app, owner);

    const answer = await refusedDeletion(other, id);

    expect(answer.status).toBe(403);
    expect(await refusals(other)).toMatchObject([
      {
        type: 'CommandRefused',
        data: {
          actorId: other.id,
          command: 'DeleteService',
          target: `service-${id}`,
          reason: 'Not authorized',
          unrecorded: 0,
        },
        metadata: {
          actor: { kind: 'user', id: other.id },
          requestId: answer.headers.get('X-Request-Id'),
          allowedBy: null,
        },
      },
    ]);
    expect(await ledger.stream(`service-${id}`)).toHaveLength(1);
  });

  it('is recorded with the reason when the permission is missing', async () => {
    const viewer = await app.person('viewer');

    await app.call('POST', '/tags', { as: viewer, body: { name: newName('Tag') } });

    const [refusal] = await refusals(viewer);
    expect(refusal?.data).toMatchObject({
      command: 'CreateTag',
      reason: 'Insufficient permissions',
    });
  });

  it('fills a bounded part of the log only, however often it is tried', async () => {
    const [owner, other] = [await app.person(), await app.person()];
    const { id } = await makeService(app, owner);

    const answers = await Promise.all(
      Array.from({ length: 100 }, () => refusedDeletion(other, id)),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 403));
    const recorded = (await refusals(other)).length;
    expect(recorded).toBeGreaterThan(0);
    expect(recorded).toBeLessThan(50);
  });

  it('of one actor costs no other theirs', async () => {
    const [owner, first, second] = [await app.person(), await app.person(), await app.person()];
    const { id } = await makeService(app, owner);
    await Promise.all(Array.from({ length: 60 }, () => refusedDeletion(first, id)));

    await refusedDeletion(second, id);

    expect(await refusals(second)).toHaveLength(1);
  });
});

describe('Personal data and secrets', () => {
  it('stand nowhere in the log as they are', async () => {
    const [email, renamed] = ['ada.lovelace@example.org', 'countess@example.org'];
    const body = { email, password: 'analytical engine', full_name: 'Augusta Ada King' };
    const { body: user } = await app.call('POST', '/users', {
      as: app.admin,
      body,
      headers: { 'Idempotency-Key': 'add-ada' },
    });
    const id = str(user['id']);
    const change = { email: renamed, full_name: 'Countess of Lovelace', password: 'bernoulli' };
    expect((await app.call('PATCH', `/users/${id}`, { as: app.admin, body: change })).status).toBe(
      200,
    );

    const log = await ledger.text();

    expect(log).toContain(id);
    for (const secret of [...Object.values(body), ...Object.values(change), app.admin.email])
      expect([secret, log.toLowerCase().includes(secret.toLowerCase())]).toEqual([secret, false]);
    expect(log).not.toMatch(/\$argon2/);
  });
});
