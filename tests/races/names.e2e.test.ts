import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Person, startTestApp, str, type TestApp } from '../support/test-app.js';
import { makeTag, newEmail, newName } from '../resources/support/making.js';
import { tally, together } from './support.js';

let app: TestApp;
let member: Person;

beforeAll(async () => {
  app = await startTestApp();
  member = await app.person();
});
afterAll(() => app.stop());

const createTag = (name: string): Promise<Answer> =>
  app.call('POST', '/tags', { as: member, body: { name } });
const rename = ({ id }: { id: string }, name: string): Promise<Answer> =>
  app.call('PATCH', `/tags/${id}`, { as: member, body: { name } });

describe('A tag name wanted by many at the same time', () => {
  it('goes to one of 50 new tags', async () => {
    const name = newName('Wanted');

    const answers = await together(50, (index) =>
      createTag(index % 2 === 0 ? name : name.toUpperCase()),
    );

    expect(tally(answers)).toEqual({ 201: 1, '400 Tag name already exists': 49 });
    const list = await app.call('GET', `/tags?q=${encodeURIComponent(name)}`, { as: member });
    expect(list.body['count']).toBe(1);
  });

  it('goes to one of 50 that are renamed, and the others keep theirs', async () => {
    const tags = await together(50, () => makeTag(app, member));
    const name = newName('Wanted');

    const answers = await together(50, (index) => rename(tags[index] ?? { id: '' }, name));

    expect(tally(answers)).toEqual({ 200: 1, '400 Tag name already exists': 49 });
    const current = await together(50, (index) =>
      app.call('GET', `/tags/${tags[index]?.id}`, { as: member }),
    );
    const kept = current.filter(({ body }, index) => str(body['name']) === tags[index]?.name);
    expect(kept).toHaveLength(49);
    const [dropped] = tags.filter((_, index) => str(current[index]?.body['name']) === name);
    expect((await createTag(String(dropped?.name))).status).toBe(201);
    expect(tally(await together(5, (index) => createTag(str(kept[index]?.body['name']))))).toEqual({
      '400 Tag name already exists': 5,
    });
  });

  it('goes to either a new tag or a renamed one', async () => {
    const tags = await together(10, () => makeTag(app, member));
    const name = newName('Wanted');

    const answers = await together(20, (index) =>
      index < 10 ? rename(tags[index] ?? { id: '' }, name) : createTag(name),
    );

    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
  });

  it('is free at once when its tag is deleted, for one of many', async () => {
    for (let round = 0; round < 10; round += 1) {
      const tag = await makeTag(app, member);
      await app.call('DELETE', `/tags/${tag.id}`, { as: member });

      const answers = await together(10, () => createTag(tag.name));

      expect(tally(answers)).toEqual({ 201: 1, '400 Tag name already exists': 9 });
    }
  });
});

describe('An e-mail address wanted by many at the same time', () => {
  const taken = '409 User with this email already exists';

  it('goes to one of 50 who sign up', async () => {
    const email = newEmail();
    const password = 'a good password';

    const answers = await together(50, (index) =>
      app.call('POST', '/users/signup', {
        body: { email: index % 2 === 0 ? email : email.toUpperCase(), password },
      }),
    );

    expect(tally(answers)).toEqual({ 201: 1, [taken]: 49 });
    expect((await app.call('POST', '/auth/login', { body: { email, password } })).status).toBe(200);
  });

  it('goes to one of those who change theirs', async () => {
    const people = await together(10, () => app.person());
    const email = newEmail();

    const answers = await together(10, (index) =>
      app.call('PATCH', '/users/me', { as: people[index] ?? member, body: { email } }),
    );

    expect(tally(answers)).toEqual({ 200: 1, [taken]: 9 });
  });
});

describe('A tag that is renamed to and fro at the same time', () => {
  const round = async (changes: number): Promise<void> => {
    const [a, b] = [newName('To'), newName('Fro')];
    const tag = await makeTag(app, member, { name: a });

    const answers = await together(changes, (index) => rename(tag, index % 2 === 0 ? b : a));

    // Too many at once may be sent away to try again; what they may not do is break something.
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    const { body } = await app.call('GET', `/tags/${tag.id}`, { as: member });
    const borne = str(body['name']);
    const dropped = borne === a ? b : a;
    expect([borne, (await createTag(borne)).status]).toEqual([borne, 400]);
    expect([dropped, (await createTag(dropped)).status]).toEqual([dropped, 201]);
  };

  it.each([2, 3, 4, 5, 6])('has the name it bears and no other: %i changes', async (changes) => {
    for (let repeat = 0; repeat < 3; repeat += 1) await together(3, () => round(changes));
  });
});
