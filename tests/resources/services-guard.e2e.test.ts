import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, startTestApp, type TestApp } from '../support/test-app.js';
import { expectInvalid } from './support/answers.js';
import { makeService } from './support/making.js';

let app: TestApp;
let databasePort: string;
beforeAll(async () => {
  app = await startTestApp({ CHECK_DENY_CIDRS: '10.9.0.0/16', CHECK_ALLOW_CIDRS: '127.0.0.8' });
  databasePort = new URL(app.databaseUrl).port;
});
afterAll(() => app.stop());

const register = (body: object): Promise<Answer> =>
  app.call('POST', '/services', { as: app.admin, body: { name: 'Guarded', ...body } });

describe('A target that no check will ever connect to', () => {
  it.each([
    ['http', 'http://169.254.169.254/latest/meta-data/'],
    ['http', 'http://0x7f.1:8080/'],
    ['http', 'http://localhost/'],
    ['http', 'http://[::ffff:10.9.0.1]/'],
    ['tcp', 'tcp://10.9.1.2:22'],
    ['tcp', '[::1]:22'],
    ['icmp', '127.0.0.1'],
    ['icmp', 'icmp://localhost'],
  ])('is refused when a service is registered: %s %s', async (type, url) =>
    expectInvalid(await register({ type, url }), 'url'),
  );

  it('is refused when a service is changed', async () => {
    const { id } = await makeService(app, app.admin);

    for (const body of [{ url: 'http://127.0.0.1/' }, { type: 'icmp', url: '127.0.0.1' }])
      expectInvalid(await app.call('PATCH', `/services/${id}`, { as: app.admin, body }), 'url');
  });

  it('is the database of Watchbook itself, even where its address is allowed', async () => {
    expectInvalid(await register({ type: 'tcp', url: `127.0.0.8:${databasePort}` }), 'url');
    expect((await register({ type: 'tcp', url: '127.0.0.8:1' })).status).toBe(201);
  });

  it('is a name server that is not allowed', async () => {
    const expectation = { resolver: '169.254.169.253' };

    expectInvalid(
      await register({ type: 'dns', url: 'example.org', expect: expectation }),
      'expect.resolver',
    );
  });
});

describe('Any name may be asked for', () => {
  it.each(['dns://localhost', 'localhost'])('as %s', async (url) => {
    expect((await register({ type: 'dns', url })).status).toBe(201);
  });
});
