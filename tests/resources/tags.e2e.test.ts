import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TagView } from '../../src/http/resources/views.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import {
  expectCommandHeaders,
  expectInvalid,
  expectProblem,
  Message,
  read,
  readPage,
} from './support/answers.js';
import { makeTag, newName, nobody, type Tag } from './support/making.js';
import { expectSorted } from './support/paging.js';

let app: TestApp;
let member: Person;

beforeAll(async () => {
  app = await startTestApp();
  member = await app.person();
});
afterAll(() => app.stop());

const create = (body: unknown, as = member): Promise<Answer> =>
  app.call('POST', '/tags', { as, body });
const change = ({ id }: Tag, body: unknown): Promise<Answer> =>
  app.call('PATCH', `/tags/${id}`, { as: member, body });

describe('Creating a tag', () => {
  it('answers with the tag, whole, and where it is found', async () => {
    const answer = await create({ name: 'production' });

    const tag = read(answer, 201, TagView);
    expect(tag).toEqual({
      id: expect.any(String),
      name: 'production',
      color: '#6366f1',
      created_by_id: member.id,
      created_at: expect.any(String),
      updated_at: null,
      service_count: 0,
    });
    expect(answer.headers.get('Location')).toBe(`/api/v1/tags/${tag.id}`);
    expectCommandHeaders(answer, 0);
    const found = await app.call('GET', `/tags/${tag.id}`, { as: member });
    expect(read(found, 200, TagView)).toEqual(tag);
    expect(found.headers.get('ETag')).toBe('"0"');
  });

  it('trims the name, composes its letters, and keeps its case', async () => {
    const tag = await makeTag(app, member, { name: '  Cafe\u0301 \u00c9tage  ' });

    expect(tag.name).toBe('Caf\u00e9 \u00c9tage');
  });

  it.each([
    ['name', ['', '   ', 'x'.repeat(51), 'a\tb', 'a\u0000b', '\ud800', 7, null]],
    ['color', ['#12345', '#1234567', '123456', '#12345g', 'red', '', null]],
  ])('names %s when it is not right', async (field, bad) => {
    for (const value of bad)
      expectInvalid(await create({ name: newName('Tag'), [field]: value }), field);
  });

  it('takes the longest name and colours in any case', async () => {
    const name = 'x'.repeat(50);

    expect(await makeTag(app, member, { name, color: '#aBcDeF' })).toMatchObject({
      name,
      color: '#aBcDeF',
    });
  });

  it('refuses fields nobody knows, and cannot do without a name', async () => {
    expectInvalid(await create({ color: '#000000' }), 'name');
    expectInvalid(await create({ name: 'x', id: nobody }), 'id');
    expectInvalid(await create({ name: 'x', created_by_id: member.id }), 'created_by_id');
  });

  it.each([
    ['staging', 'staging'],
    ['staging 2', 'STAGING 2'],
    ['staging 3', '  staging 3 '],
    ['caf\u00e9', 'Cafe\u0301'],
    ['\u01c4', '\u01c6'],
  ])('takes a name once: %j keeps %j from others', async (name, same) => {
    await makeTag(app, member, { name });

    expectProblem(await create({ name: same }), 400, 'Tag name already exists');
    expectProblem(await create({ name: same }, app.admin), 400, 'Tag name already exists');
  });
});

describe('Changing a tag', () => {
  it.each([{ name: 'Changed' }, { color: '#010203' }, { name: 'Changed 2', color: '#040506' }])(
    'changes %j, and nothing else',
    async (body) => {
      const tag = await makeTag(app, member);

      const answer = await change(tag, body);

      const changed = read(answer, 200, TagView);
      expect(changed).toEqual({ ...tag, ...body, updated_at: expect.any(String) });
      expectCommandHeaders(answer, Object.keys(body).length);
      const found = await app.call('GET', `/tags/${tag.id}`, { as: member });
      expect(read(found, 200, TagView)).toEqual(changed);
    },
  );

  it('leaves it alone when nothing is new', async () => {
    const tag = await makeTag(app, member);

    for (const body of [{}, { name: tag.name }, { name: ` ${tag.name} `, color: tag.color }]) {
      const answer = await change(tag, body);
      expect(read(answer, 200, TagView)).toEqual(tag);
      expectCommandHeaders(answer, 0);
    }
  });

  it('may change the case of its own name', async () => {
    const tag = await makeTag(app, member, { name: 'lower' });

    expect(read(await change(tag, { name: 'LOWER' }), 200, TagView).name).toBe('LOWER');
    expectProblem(await create({ name: 'lower' }), 400, 'Tag name already exists');
  });

  it('cannot take the name of another, and keeps its own', async () => {
    const [tag, other] = [await makeTag(app, member), await makeTag(app, app.admin)];

    const answer = await change(tag, { name: other.name.toUpperCase(), color: '#000000' });

    expectProblem(answer, 400, 'Tag name already exists');
    const found = await app.call('GET', `/tags/${tag.id}`, { as: member });
    expect(read(found, 200, TagView)).toEqual(tag);
    expectProblem(await create({ name: tag.name }), 400, 'Tag name already exists');
  });

  it('frees the name it had', async () => {
    const tag = await makeTag(app, member);

    await change(tag, { name: newName('Moved') });

    expect((await create({ name: tag.name })).status).toBe(201);
  });

  it.each([{ name: null }, { color: null }, { name: '' }, { color: 'red' }, { id: nobody }])(
    'refuses %j',
    async (body) => {
      expectInvalid(await change(await makeTag(app, member), body), ...Object.keys(body));
    },
  );

  it('is refused when somebody else was faster', async () => {
    const tag = await makeTag(app, member);
    const rename = (name: string): Promise<Answer> =>
      app.call('PATCH', `/tags/${tag.id}`, {
        as: member,
        body: { name },
        headers: { 'If-Match': '"0"' },
      });

    expect((await rename(newName('First'))).status).toBe(200);
    expect((await rename(newName('Second'))).status).toBe(412);
  });
});

describe('Deleting a tag', () => {
  it('takes it away for good, and frees its name', async () => {
    const tag = await makeTag(app, member);

    const answer = await app.call('DELETE', `/tags/${tag.id}`, { as: member });

    expect(read(answer, 200, Message)).toEqual({ message: 'Tag deleted successfully' });
    expectCommandHeaders(answer, 1);
    expect((await create({ name: tag.name })).status).toBe(201);
    for (const id of [tag.id, nobody])
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const body = method === 'PATCH' ? { body: { name: 'X' } } : {};
        const late = await app.call(method, `/tags/${id}`, { as: member, ...body });
        expectProblem(late, 404, 'Tag not found');
      }
  });
});

describe('Listing tags', () => {
  const own = async (query: string, as: Person): Promise<string[]> => {
    const { data } = readPage(await app.call('GET', `/tags${query}`, { as }), TagView);
    return data.map(({ name }) => name);
  };

  it('shows your own ones by name, and everyone’s to whoever may read them', async () => {
    const [one, two] = [await app.person(), await app.person()];
    for (const name of ['Zebra', 'ape', 'Bear']) await makeTag(app, one, { name });
    await makeTag(app, two, { name: 'ape of two' });

    expect(await own('', one)).toEqual(['ape', 'Bear', 'Zebra']);
    expect(await own('?q=APE', one)).toEqual(['ape']);
    expect(await own('?q=ape', await app.person('viewer'))).toEqual(['ape', 'ape of two']);
    expect(await own('?limit=1&skip=1', one)).toEqual(['Bear']);
    const answer = await app.call('GET', '/tags?limit=1', { as: one });
    expect(readPage(answer, TagView).count).toBe(3);
  });

  it.each([
    ['name', ({ name }: Tag) => name.toLowerCase()],
    ['created_at', ({ created_at }: Tag) => created_at],
    ['updated_at', ({ updated_at }: Tag) => updated_at],
  ])('sorts by %s in both directions, in pages that never overlap', async (field, valueOf) => {
    const owner = await app.person();
    // All names start alike and hold letters only, so that every collation agrees on their order.
    const [first] = await Promise.all(
      ['a', 'D', 'b', 'C', 'e'].map((letter) =>
        makeTag(app, owner, { name: `${field.replace('_', '')}${letter}` }),
      ),
    );
    await app.call('PATCH', `/tags/${first?.id}`, { as: owner, body: { color: '#000000' } });
    const get = (path: string): Promise<Answer> => app.call('GET', path, { as: owner });

    await expectSorted(get, ['/tags', field], TagView, ({ id }) => id, valueOf);
  });

  it.each(['?sort=color', '?limit=0', '?skip=-1', '?q=', '?name=x'])(
    'refuses %s',
    async (query) => {
      const path = query.slice(1, query.indexOf('='));

      expectInvalid(await app.call('GET', `/tags${query}`, { as: member }), path);
    },
  );
});
