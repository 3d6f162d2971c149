import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type Answer, type Person, startTestApp, str, type TestApp } from '../support/test-app.js';
import { makeService, makeTag, newEmail, newName } from '../resources/support/making.js';
import { Ledger } from '../resources/support/log.js';
import { tally, together } from './support.js';

let app: TestApp;
let member: Person;

beforeAll(async () => {
  app = await startTestApp();
  member = await app.person();
});
afterAll(() => app.stop());

const send = (
  key: string,
  method: string,
  path: string,
  body?: object,
  as: Person = member,
): Promise<Answer> =>
  app.call(method, path, { as, headers: { 'Idempotency-Key': key }, ...(body && { body }) });

const isReplay = ({ headers }: Answer): boolean => headers.get('Idempotency-Replayed') === 'true';
const service = { name: 'Once', url: 'https://once.example.org', type: 'http' };

describe('A command sent 30 times at once under one key', () => {
  it('makes one service', async () => {
    const owner = await app.person();
    const key = randomUUID();

    const answers = await together(30, () => send(key, 'POST', '/services', service, owner));

    expect(tally(answers)).toEqual({ 201: 30 });
    expect(new Set(answers.map(({ body }) => str(body['id']))).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => headers.get('Location'))).size).toBe(1);
    expect(answers.filter(isReplay).length).toBeGreaterThan(0);
    expect(answers.filter(isReplay).length).toBeLessThan(30);
    const list = await app.call('GET', '/services', { as: owner });
    expect(list.body['count']).toBe(1);
    expect(isReplay(await send(key, 'POST', '/services', service, owner))).toBe(true);
  });

  it.each([
    ['tag', 'POST', (): [string, object] => ['/tags', { name: newName('Once') }]],
    [
      'user',
      'POST',
      (): [string, object] => ['/users', { email: newEmail(), password: 'a good password' }],
    ],
  ])('makes one %s, and never finds its own name taken', async (_, method, what) => {
    const [path, body] = what();
    const key = randomUUID();

    const answers = await together(30, () => send(key, method, path, body, app.admin));

    expect(tally(answers)).toEqual({ 201: 30 });
    expect(new Set(answers.map(({ body: made }) => str(made['id']))).size).toBe(1);
  });

  it('changes a thing once', async () => {
    const { id } = await makeTag(app, member);
    const [key, name] = [randomUUID(), newName('Once')];

    const answers = await together(30, () => send(key, 'PATCH', `/tags/${id}`, { name }));

    expect(tally(answers)).toEqual({ 200: 30 });
    expect(new Set(answers.map(({ headers }) => headers.get('ETag')))).toEqual(new Set(['"1"']));
    const ledger = await Ledger.of(app);
    expect(await ledger.stream(`tag-${id}`)).toHaveLength(2);
    await ledger.close();
  });
});

describe('A command sent again under its key', () => {
  it('answers with the same status and id after later changes', async () => {
    const key = randomUUID();
    const first = await send(key, 'POST', '/services', service);
    const path = `/services/${str(first.body['id'])}`;
    await app.call('PATCH', path, { as: member, body: { name: 'Changed since' } });

    const second = await send(key, 'POST', '/services', service);

    expect([second.status, second.body['id'], isReplay(second)]).toEqual([
      201,
      first.body['id'],
      true,
    ]);
    expect(second.headers.get('ETag')).toBe(first.headers.get('ETag'));
    expect(second.headers.get('Location')).toBe(first.headers.get('Location'));
    await app.call('DELETE', path, { as: member });
    const third = await send(key, 'POST', '/services', service);
    expect([third.status, third.body['id'], isReplay(third)]).toEqual([
      201,
      first.body['id'],
      true,
    ]);
    expect((await app.call('GET', path, { as: member })).status).toBe(404);
  });

  it('does not change back what was changed since', async () => {
    const { id } = await makeService(app, member);
    const key = randomUUID();
    const change = (): Promise<Answer> =>
      send(key, 'PATCH', `/services/${id}`, { failure_threshold: 9 });
    await change();
    const later = { failure_threshold: 5 };
    await app.call('PATCH', `/services/${id}`, { as: member, body: later });

    const again = await change();

    expect([again.status, isReplay(again), again.headers.get('ETag')]).toEqual([200, true, '"1"']);
    const { body } = await app.call('GET', `/services/${id}`, { as: member });
    expect(body).toMatchObject(later);
  });

  it('is known though it changed nothing the first time', async () => {
    const { id } = await makeService(app, member);
    const key = randomUUID();
    const resume = (): Promise<Answer> => send(key, 'POST', `/services/${id}/resume`);
    expect((await resume()).status).toBe(200);
    await app.call('POST', `/services/${id}/pause`, { as: member });

    const again = await resume();

    expect([again.status, isReplay(again)]).toEqual([200, true]);
    const { body } = await app.call('GET', `/services/${id}`, { as: member });
    expect(body['paused']).toBe(true);
  });

  it('is known though the revision it saw is stale by now', async () => {
    const { id } = await makeService(app, member);
    const headers = { 'Idempotency-Key': randomUUID(), 'If-Match': '"0"' };
    const change = (): Promise<Answer> =>
      app.call('PATCH', `/services/${id}`, { as: member, body: { name: 'New' }, headers });

    const [first, second] = [await change(), await change()];

    expect([first.status, second.status]).toEqual([200, 200]);
    expect([isReplay(first), isReplay(second)]).toEqual([false, true]);
  });

  it('deletes a tag once, though its name is borne by another by then', async () => {
    const tag = await makeTag(app, member);
    const key = randomUUID();
    const remove = (): Promise<Answer> => send(key, 'DELETE', `/tags/${tag.id}`);
    const first = await remove();
    const heir = await makeTag(app, member, { name: tag.name });

    const second = await remove();

    expect([second.status, second.body]).toEqual([200, first.body]);
    expect(isReplay(second)).toBe(true);
    expect((await app.call('GET', `/tags/${heir.id}`, { as: member })).status).toBe(200);
  });

  it('may be refused the first time, and allowed later', async () => {
    const taken = await makeTag(app, member);
    const key = randomUUID();
    const create = (): Promise<Answer> => send(key, 'POST', '/tags', { name: taken.name });

    expect((await create()).status).toBe(400);
    await app.call('DELETE', `/tags/${taken.id}`, { as: member });
    expect((await create()).status).toBe(201);
  });
});

describe('A key used for something else', () => {
  const reused = 'This Idempotency-Key was used for another request';
  const expectReused = (answer: Answer): void =>
    expect([answer.status, answer.body['detail']]).toEqual([422, reused]);

  it('is refused with another body', async () => {
    const key = randomUUID();
    await send(key, 'POST', '/services', service);

    expectReused(await send(key, 'POST', '/services', { ...service, name: 'Other' }));
    expectReused(await send(key, 'POST', '/services', { ...service, interval_seconds: 90 }));
    expect((await send(key, 'POST', '/services', service)).status).toBe(201);
  });

  it('is refused on another route, and for another thing', async () => {
    const [one, two] = [await makeService(app, member), await makeService(app, member)];
    const key = randomUUID();
    await send(key, 'POST', `/services/${one.id}/pause`);

    expectReused(await send(key, 'POST', `/services/${two.id}/pause`));
    expectReused(await send(key, 'POST', `/services/${one.id}/resume`));
    expectReused(await send(key, 'DELETE', `/services/${one.id}`));
    expectReused(await send(key, 'POST', '/tags', { name: newName('Tag') }));
  });

  it('is refused with another password', async () => {
    const key = randomUUID();
    const body = { email: newEmail(), password: 'a good password' };
    await send(key, 'POST', '/users', body, app.admin);

    expectReused(
      await send(key, 'POST', '/users', { ...body, password: 'another password' }, app.admin),
    );
    const again = await send(key, 'POST', '/users', body, app.admin);
    expect([again.status, isReplay(again)]).toEqual([201, true]);
  });

  it('is refused to all but one, when many use it for different things at once', async () => {
    const key = randomUUID();
    const owner = await app.person();

    const answers = await together(20, (index) =>
      send(key, 'POST', '/services', { ...service, name: `Service ${index}` }, owner),
    );

    expect(tally(answers)).toEqual({ 201: 1, [`422 ${reused}`]: 19 });
    const list = await app.call('GET', '/services', { as: owner });
    expect(list.body['count']).toBe(1);
  });

  it('is another key when somebody else uses it', async () => {
    const key = randomUUID();
    const other = await app.person();

    const [mine, theirs] = [
      await send(key, 'POST', '/services', service),
      await send(key, 'POST', '/services', service, other),
    ];

    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body['id']).not.toBe(mine.body['id']);
    expect(isReplay(theirs)).toBe(false);
  });
});
