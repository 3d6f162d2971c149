import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type z } from 'zod';
import { AuditPageView } from '../../src/http/resources/audit.js';
import { type Answer, type Person, startTestApp, str, type TestApp } from '../support/test-app.js';
import { eventually } from '../event-store/support/waiting.js';
import { makeService, makeTag, newName } from './support/making.js';

let app: TestApp;
let ana: Person;

beforeAll(async () => {
  app = await startTestApp();
  ana = await app.person('operator');
  await app.call('PATCH', '/users/me', { as: ana, body: { full_name: 'Ana' } });
}, 30_000);
afterAll(() => app.stop());

type Query = Readonly<Record<string, string | number>>;
type Page = z.infer<typeof AuditPageView>;
type Entry = Page['data'][number];

const search = (query: Query, as: Person = app.admin): Promise<Answer> =>
  app.call('GET', `/audit?${new URLSearchParams(texts(query)).toString()}`, { as });

async function page(query: Query, as?: Person): Promise<Page> {
  const answer = await search(query, as);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return AuditPageView.parse(answer.body);
}

const entries = async (query: Query, as?: Person): Promise<Entry[]> => (await page(query, as)).data;
const sentences = async (query: Query, as?: Person): Promise<string[]> =>
  (await entries(query, as)).map(({ sentence }) => sentence);

function texts(query: Query): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
}

describe('An entry of the audit log', () => {
  it('reads as a sentence, with the change, who, through which command and request', async () => {
    const { id } = await makeService(app, ana, { name: 'billing-api' });
    const renamed = await app.call('PATCH', `/services/${id}`, {
      as: ana,
      body: { name: 'billing' },
      headers: { 'X-Request-Id': 'the-renaming' },
    });

    const [entry] = await entries({ stream: `service-${id}` });

    expect(entry).toMatchObject({
      position: renamed.headers.get('Watchbook-Position'),
      stream: `service-${id}`,
      revision: 1,
      type: 'ServiceRenamed',
      outcome: 'accepted',
      sentence: 'Ana renamed service *billing-api* to *billing*',
      changes: [{ field: 'name', old: 'billing-api', new: 'billing' }],
      actor: { kind: 'user', id: ana.id, name: 'Ana' },
      command: 'ChangeService',
      reason: null,
      allowed_by: 'services:update:any',
      request_id: 'the-renaming',
      correlation_id: 'the-renaming',
      causation_id: null,
    });
  });

  it('says what things were called then, not what they are called now', async () => {
    const tag = await makeTag(app, ana, { name: newName('urgent') });
    const { id } = await makeService(app, ana, { name: 'shop' });
    await app.call('PUT', `/services/${id}/tags/${tag.id}`, { as: ana });
    await app.call('PATCH', `/tags/${tag.id}`, { as: ana, body: { name: newName('later') } });
    await app.call('DELETE', `/tags/${tag.id}`, { as: ana });

    expect(await sentences({ type: 'ServiceTagged', q: tag.id })).toEqual([
      `Ana tagged service *shop* with tag *${tag.name}*`,
    ]);
  });

  it('of a refused command is about what was to be changed, and says why not', async () => {
    const member = await app.person('member');
    await app.call('PATCH', '/users/me', { as: member, body: { full_name: 'Ben' } });
    const { id } = await makeService(app, ana, { name: 'payroll' });
    await app.call('DELETE', `/services/${id}`, { as: member });

    // Whoever is refused is answered before the read models know of it.
    const query = { stream: `service-${id}`, outcome: 'refused' };
    await eventually('it is found', async () => (await entries(query)).length > 0);
    const [entry] = await entries(query);

    expect(entry).toMatchObject({
      stream: `refusals-${member.id}`,
      outcome: 'refused',
      sentence: 'Ben was not allowed to delete service *payroll*: Not authorized',
      reason: 'Not authorized',
      allowed_by: null,
    });
    expect(await entries({ stream: `refusals-${member.id}` })).toEqual([entry]);
    expect((await entries({ stream: `service-${id}`, outcome: 'accepted' })).length).toBe(1);
  });

  it('shows personal data to those who may read users, and to nobody else', async () => {
    const person = await app.person();
    await app.call('PATCH', '/users/me', { as: person, body: { email: 'moved@example.org' } });

    const query = { stream: `user-${person.id}`, type: 'UserEmailChanged' };
    const [toAdmin] = await entries(query);
    const [toOperator] = await entries(query, ana);

    expect(toAdmin?.changes).toEqual([
      { field: 'email', old: person.email, new: 'moved@example.org' },
    ]);
    expect(toAdmin?.sentence).toContain('moved@example.org');
    expect(toOperator?.changes).toEqual([{ field: 'email', old: '[hidden]', new: '[hidden]' }]);
    expect(JSON.stringify(toOperator)).not.toContain('@');
  });

  it('of somebody who was forgotten says no more than that', async () => {
    const person = await app.person('operator');
    await app.call('PATCH', '/users/me', { as: person, body: { full_name: 'Cleo' } });
    const tag = await makeTag(app, person);
    expect((await sentences({ stream: `tag-${tag.id}` }))[0]).toMatch(/^Cleo created tag /);

    const gone = await app.call('DELETE', `/users/${person.id}`, { as: app.admin });
    expect([gone.status, gone.text]).toEqual([200, expect.any(String)]);

    const told = [
      ...(await sentences({ stream: `tag-${tag.id}` })),
      ...(await sentences({ stream: `user-${person.id}` })),
    ];
    expect(told).toContain(`Somebody who was forgotten created tag *${tag.name}*`);
    expect(told.join('\n')).not.toMatch(/Cleo|person-\d+@/);
  });

  it('keeps the values of HTTP headers to itself', async () => {
    const { id } = await makeService(app, ana, {
      type: 'http',
      expect: { headers: { Authorization: 'Bearer top-secret' } },
    });

    const answer = await search({ stream: `service-${id}` });

    expect(answer.text).toContain('Authorization');
    expect(answer.text).not.toContain('top-secret');
    expect(await entries({ q: 'top secret' })).toEqual([]);
  });
});

describe('A search', () => {
  it.each([
    ['the beginning of a word', 'zebr'],
    ['any case', 'ZEBRAFISH'],
    ['words in any order', 'cross zebrafish'],
    ['a word of the type', 'zebrafish registered'],
    ['part of the address', 'aquarium zebrafish'],
  ])('finds by %s', async (_, q) => {
    const name = `zebrafish crossing ${q.length}`;
    const { id } = await makeService(app, ana, {
      name,
      type: 'http',
      url: 'https://aquarium.example',
    });

    expect((await entries({ q })).map(({ stream }) => stream)).toContain(`service-${id}`);
    expect(await entries({ q: `${q} nowhere` })).toEqual([]);
  });

  it('finds by actor, command’s correlation and time', async () => {
    const dora = await app.person('operator');
    const before = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const headers = { 'X-Request-Id': 'one-correlation' };
    const tag = await app.call('POST', '/tags', {
      as: dora,
      body: { name: newName('Tag') },
      headers,
    });
    const [entry] = await entries({ stream: `tag-${str(tag.body['id'])}` });

    const ofActor = await entries({ actor_id: dora.id });
    expect(ofActor.map(({ type }) => type)).toEqual(['TagCreated', 'NameClaimed']);
    expect(await entries({ correlation_id: 'one-correlation' })).toEqual(ofActor);
    expect(await entries({ actor_id: dora.id, from: before })).toEqual(ofActor);
    expect(await entries({ actor_id: dora.id, to: before })).toEqual([]);
    const at = str(entry?.recorded_at);
    expect(await entries({ stream: str(entry?.stream), from: at })).toEqual([entry]);
    expect(await entries({ stream: str(entry?.stream), to: at })).toEqual([]);
  });

  it('goes on where the page before ended, whatever happens meanwhile', async () => {
    const author = await app.person();
    const { id } = await makeTag(app, author);
    for (const color of ['#000001', '#000002', '#000003', '#000004'])
      await app.call('PATCH', `/tags/${id}`, { as: author, body: { color } });
    const query = { stream: `tag-${id}`, limit: 2 };

    const first = await page(query);
    await app.call('PATCH', `/tags/${id}`, { as: author, body: { color: '#000005' } });
    const second = await page({ ...query, cursor: str(first.next_cursor) });
    const third = await page({ ...query, cursor: str(second.next_cursor) });

    const revisions = [first, second, third].map(({ data }) => data.map((e) => e.revision));
    expect(revisions).toEqual([[4, 3], [2, 1], [0]]);
    expect(third.next_cursor).toBeNull();
  });

  it('refuses cursors that were changed, made up, or are of another search', async () => {
    const cursor = str((await page({ limit: 1 })).next_cursor);
    const swapped = cursor.startsWith('1') ? `2${cursor.slice(1)}` : `1${cursor.slice(1)}`;
    const queries = [
      { cursor: swapped },
      { cursor: `${cursor}A` },
      { cursor: 'abc' },
      { cursor, type: 'TagCreated' },
      { cursor, q: 'tag' },
    ];

    for (const query of queries) {
      const answer = await search(query);
      expect([query, answer.status]).toEqual([query, 422]);
      expect(answer.body['errors']).toEqual([
        { path: 'cursor', message: expect.stringContaining('next_cursor') },
      ]);
    }
    expect((await search({ cursor, limit: 1 })).status).toBe(200);
  });

  it.each([
    ['from', 'yesterday'],
    ['to', '2026-03-03'],
    ['type', 'TagPolished'],
    ['outcome', 'maybe'],
    ['stream', 'everything'],
    ['correlation_id', 'a b'],
    ['q', '***'],
    ['actor_id', 'a b'],
    ['limit', '1001'],
    ['skip', '1'],
  ])('says what is wrong with %s=%s', async (name, value) => {
    const answer = await search({ [name]: value });

    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toMatchObject([{ path: name }]);
  });

  it('says so when the time ends before it begins', async () => {
    const answer = await search({ from: '2026-03-03T00:00:00Z', to: '2026-03-02T00:00:00Z' });

    expect(answer.body['errors']).toEqual([{ path: 'to', message: 'Must be later than from' }]);
  });
});

describe('An export', () => {
  const exported = (query: Query): Promise<Answer> =>
    app.call('GET', `/audit/export?${new URLSearchParams(texts(query)).toString()}`, {
      as: app.admin,
    });

  it('as JSON lines has everything the search has, oldest first', async () => {
    const all = await exported({});
    const lines = all.text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));

    expect(all.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    const found: Entry[] = [];
    let cursor: string | null = null;
    do {
      const next: Page = await page({ limit: 1000, ...(cursor !== null && { cursor }) });
      found.push(...next.data);
      cursor = next.next_cursor;
    } while (cursor !== null);
    expect(lines).toEqual(found.reverse());
  });

  it('as CSV has a heading, and no cell that a spreadsheet would run', async () => {
    const eve = await app.person();
    await app.call('PATCH', '/users/me', { as: eve, body: { full_name: '=1+1' } });
    const { id } = await makeService(app, eve);
    await app.call('PATCH', `/services/${id}`, { as: eve, body: { name: 'plain, "quoted"' } });

    const { text, headers } = await exported({ format: 'csv', stream: `service-${id}` });

    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="watchbook-audit.csv"');
    const [heading = '', first = '', second = ''] = text.split('\r\n');
    expect(heading.split(',').slice(0, 3)).toEqual(['recorded_at', 'sentence', 'outcome']);
    expect(first).toMatch(/,"'=1\+1 registered service \*.*,user,[^,]+,'=1\+1,ServiceRegistered,/);
    expect(second).toContain(',"\'=1+1 renamed service');
    expect(second).toContain('plain, ""quoted""');
    expect(text).not.toMatch(/(^|,|")=/m);
  });

  it('of nothing is empty, and of nonsense refused', async () => {
    expect((await exported({ q: 'nothing-like-it' })).text).toBe('');
    expect((await exported({ format: 'xml' })).status).toBe(422);
    const asJson = await app.call('GET', '/audit/export', {
      as: app.admin,
      headers: { Accept: 'image/png' },
    });
    expect(asJson.status).toBe(406);
  });
});
