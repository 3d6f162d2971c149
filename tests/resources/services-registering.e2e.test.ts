import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceView } from '../../src/http/resources/views.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { expectCommandHeaders, expectInvalid, expectProblem, read } from './support/answers.js';
import { makeService, makeTag, nobody } from './support/making.js';

let app: TestApp;
let member: Person;

beforeAll(async () => {
  app = await startTestApp();
  member = await app.person();
});
afterAll(() => app.stop());

const minimal = { name: 'Shop', url: 'https://shop.example.org/health', type: 'http' };

const register = (fields: object, as: Person = member): Promise<Answer> =>
  app.call('POST', '/services', { as, body: { ...minimal, ...fields } });

describe('Registering a service', () => {
  it('answers with the service, whole, with defaults, and where it is found', async () => {
    const answer = await app.call('POST', '/services', { as: member, body: minimal });

    const service = read(answer, 201, ServiceView);
    expect(service).toEqual({
      ...minimal,
      id: expect.any(String),
      interval_seconds: 60,
      timeout_ms: 10_000,
      failure_threshold: 3,
      success_threshold: 1,
      degraded_above_ms: null,
      expect: { method: 'GET', headers: {}, status: ['200-299'], body_contains: null },
      status: 'unknown',
      status_since: service.created_at,
      last_checked_at: null,
      latency_ms: null,
      paused: false,
      user_id: member.id,
      tags: [],
      version: 0,
      created_at: expect.any(String),
      updated_at: null,
    });
    expect(service.id[14]).toBe('7');
    expect(answer.headers.get('Location')).toBe(`/api/v1/services/${service.id}`);
    expectCommandHeaders(answer, 0);
    const found = await app.call('GET', `/services/${service.id}`, { as: member });
    expect(read(found, 200, ServiceView)).toEqual(service);
    expect(found.headers.get('ETag')).toBe('"0"');
  });

  it('keeps everything that was said', async () => {
    const tag = await makeTag(app, member, { color: '#ABCDEF' });
    const said = {
      name: 'Names',
      url: 'dns://example.org',
      type: 'dns',
      interval_seconds: 30,
      timeout_ms: 2_000,
      failure_threshold: 5,
      success_threshold: 2,
      degraded_above_ms: 500,
      expect: { record_type: 'AAAA', answers: ['2001:db8::1'], resolver: '192.0.2.53:53' },
    };

    const service = await makeService(app, member, { ...said, tags: [tag.id] });

    expect(service).toMatchObject(said);
    expect(service.tags).toEqual([{ id: tag.id, name: tag.name, color: '#ABCDEF' }]);
    expect(service.updated_at).toBeNull();
  });

  it('trims the name and the address', async () => {
    const service = await makeService(app, member, { name: '  Shop ', url: ' https://a.example ' });

    expect(service).toMatchObject({ name: 'Shop', url: 'https://a.example' });
  });

  it.each([
    ['name', ['x', 'x'.repeat(255)], ['', '   ', 'x'.repeat(256), 'a\u0000b', 7, null]],
    [
      'url',
      ['http://a.example', `https://a.example/${'x'.repeat(482)}`],
      ['', `https://a.example/${'x'.repeat(483)}`, 7, null],
    ],
    ['type', ['http'], ['https', 'HTTP', '', 1, null]],
    ['interval_seconds', [61, 86_400], [9, 86_401, 60.5, '60', null]],
    ['timeout_ms', [100, 59_999], [99, 60_001, 100.5, '100', null]],
    ['failure_threshold', [1, 20], [0, 21, 1.5, '1', null]],
    ['success_threshold', [1, 20], [0, 21, 1.5, '1', null]],
    ['degraded_above_ms', [1, 60_000, null], [0, -1, 1.5, '1']],
  ])('takes %s within its limits, and names it when it is not', async (field, good, bad) => {
    for (const value of good) expect((await register({ [field]: value })).status).toBe(201);
    for (const value of bad) expectInvalid(await register({ [field]: value }), field);
  });

  it('takes the shortest interval, with a timeout to match', async () => {
    const service = await makeService(app, member, { interval_seconds: 10, timeout_ms: 9_999 });

    expect(service).toMatchObject({ interval_seconds: 10, timeout_ms: 9_999 });
  });

  it.each(['name', 'url', 'type'])('cannot do without %s', async (field) => {
    expectInvalid(await register({ [field]: undefined }), field);
  });

  it.each(['id', 'status', 'user_id', 'paused', 'version', 'created_at', 'owner'])(
    'lets nobody set %s',
    async (field) => {
      expectInvalid(await register({ [field]: 'healthy' }), field);
    },
  );

  it('names everything that is wrong at once', async () => {
    const answer = await register({ name: '', interval_seconds: 1, colour: 'red' });

    expectInvalid(answer, 'name', 'interval_seconds', 'colour');
  });
});

describe('The address of a service', () => {
  it.each([
    ['http', 'http://example.org'],
    ['http', 'https://user.example.org:8443/path?query=1#part'],
    ['http', 'https://[2001:db8::1]/'],
    ['tcp', 'tcp://example.org:5432'],
    ['tcp', 'example.org:5432'],
    ['tcp', 'tcp://[2001:db8::1]:65535'],
    ['icmp', 'icmp://example.org'],
    ['icmp', '192.0.2.1'],
    ['dns', 'dns://example.org'],
    ['dns', '_dmarc.example.org'],
  ])('may for %s be %s', async (type, url) => {
    expect(await makeService(app, member, { type, url })).toMatchObject({ type, url });
  });

  it.each([
    ['http', 'example.org'],
    ['http', 'ftp://example.org'],
    ['http', 'tcp://example.org:80'],
    ['http', 'https://'],
    ['http', 'https://user:secret@example.org'],
    ['http', 'https://example.org:0'],
    ['http', 'https://example.org:65536'],
    ['http', 'https://exa mple.org'],
    ['tcp', 'example.org'],
    ['tcp', 'https://example.org'],
    ['tcp', 'tcp://example.org:0'],
    ['tcp', 'tcp://example.org:65536'],
    ['icmp', 'https://example.org'],
    ['icmp', 'icmp://example.org:80'],
    ['dns', 'https://example.org'],
    ['dns', 'dns://example.org/path'],
    ['dns', 'exa mple.org'],
  ])('cannot for %s be %s', async (type, url) => {
    expectInvalid(await register({ type, url }), 'url');
  });
});

describe('The timeout of a service', () => {
  it.each([
    { interval_seconds: 10, timeout_ms: 10_000 },
    { interval_seconds: 10 },
    { timeout_ms: 60_000 },
  ])('must be shorter than its interval, defaults included: %j', async (fields) => {
    expectInvalid(await register(fields), 'timeout_ms');
  });
});

describe('What a service is expected to answer', () => {
  it('is filled up with defaults', async () => {
    const { expect: http } = await makeService(app, member, {
      expect: { status: [204, '300-399'] },
    });
    const dns = { type: 'dns', url: 'example.org', expect: { record_type: 'MX' } };

    expect(http).toEqual({
      method: 'GET',
      headers: {},
      status: [204, '300-399'],
      body_contains: null,
    });
    expect((await makeService(app, member, dns)).expect).toEqual({
      record_type: 'MX',
      answers: [],
      resolver: null,
    });
  });

  it('is nothing more than an answer for tcp and icmp', async () => {
    const tcp = { type: 'tcp', url: 'example.org:22', expect: {} };
    const icmp = { type: 'icmp', url: 'example.org' };

    expect((await makeService(app, member, tcp)).expect).toEqual({});
    expect((await makeService(app, member, icmp)).expect).toEqual({});
  });

  it.each([
    ['http', 'https://a.example', { record_type: 'A' }, 'expect.record_type'],
    ['http', 'https://a.example', { answers: [] }, 'expect.answers'],
    ['dns', 'a.example', { method: 'GET' }, 'expect.method'],
    ['dns', 'a.example', { body_contains: 'x' }, 'expect.body_contains'],
    ['tcp', 'a.example:22', { status: [200] }, 'expect.status'],
    ['icmp', 'a.example', { resolver: null }, 'expect.resolver'],
  ])('must fit the type: %s at %s cannot have %j', async (type, url, expected, path) => {
    expectInvalid(await register({ type, url, expect: expected }), path);
  });

  it.each([
    ['method', ['GET', 'HEAD', 'POST', 'OPTIONS'], ['get', 'BREW', null]],
    ['headers', [{ Accept: 'text/html' }], [{ 'a b': 'x' }, { a: 1 }, { a: 'x\ny' }, [], null]],
    [
      'status',
      [[200], ['200-299', 404], [100, 599]],
      [[], [99], [600], ['299-200'], ['200'], ['abc'], 200, null],
    ],
    ['body_contains', ['ok', 'x'.repeat(1000), null], ['', 'x'.repeat(1001), 7]],
  ])('may for http say %s within its limits', async (part, good, bad) => {
    for (const value of good)
      expect((await makeService(app, member, { expect: { [part]: value } })).expect).toMatchObject({
        [part]: value,
      });
    for (const value of bad) {
      const answer = await register({ expect: { [part]: value } });
      expect([answer.status, part, value]).toEqual([422, part, value]);
      expect(answer.text).toContain(`"path":"expect.${part}`);
    }
  });

  it.each([
    ['record_type', ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT', 'SRV', 'SOA'], ['a', 'ANY', null]],
    ['answers', [['192.0.2.1'], []], [[''], ['x'.repeat(501)], 'x', null]],
    ['resolver', ['192.0.2.53', 'ns.example.org:53', '[2001:db8::1]:53', null], ['a b', 'a:b:c']],
  ])('may for dns say %s within its limits', async (part, good, bad) => {
    const dns = { type: 'dns', url: 'example.org' };
    for (const value of good)
      expect(
        (await makeService(app, member, { ...dns, expect: { [part]: value } })).expect,
      ).toMatchObject({ [part]: value });
    for (const value of bad) {
      const answer = await register({ ...dns, expect: { [part]: value } });
      expect([answer.status, part, value]).toEqual([422, part, value]);
      expect(answer.text).toContain(`"path":"expect.${part}`);
    }
  });

  it('knows no other parts', async () => {
    expectInvalid(await register({ expect: { colour: 'red' } }), 'expect.colour');
  });
});

describe('The tags of a new service', () => {
  it('may be named twice, and are there once', async () => {
    const tag = await makeTag(app, member);

    const service = await makeService(app, member, { tags: [tag.id, tag.id.toUpperCase()] });

    expect(service.tags.map(({ id }) => id)).toEqual([tag.id]);
  });

  it('must exist: each that does not is named where it was said', async () => {
    const tag = await makeTag(app, member);

    expectInvalid(await register({ tags: [nobody] }), 'tags.0');
    expectInvalid(await register({ tags: [tag.id, tag.id, nobody] }), 'tags.2');
    expectInvalid(await register({ tags: ['x'] }), 'tags.0');
  });

  it('must be tags their owner may see', async () => {
    const foreign = await makeTag(app, await app.person());

    expectProblem(await register({ tags: [foreign.id] }), 403, 'Not authorized');
    const operator = await app.person('operator');
    expect((await register({ tags: [foreign.id] }, operator)).status).toBe(201);
  });
});
