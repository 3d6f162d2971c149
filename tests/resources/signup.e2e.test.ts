import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserView } from '../../src/http/resources/views.js';
import { builtInRoles } from '../../src/domain/roles/built-in-roles.js';
import { type Answer, startTestApp, str, type TestApp } from '../support/test-app.js';
import { expectCommandHeaders, expectInvalid, expectProblem, read } from './support/answers.js';
import { newEmail } from './support/making.js';
import { Ledger } from './support/log.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const password = 'a good password';
const signUp = (body: object): Promise<Answer> =>
  app.call('POST', '/users/signup', { body: { email: newEmail(), password, ...body } });
const logIn = (email: string, chosen = password): Promise<Answer> =>
  app.call('POST', '/auth/login', { body: { email, password: chosen } });

describe('Signing up', () => {
  it('makes a member, who can log in', async () => {
    const email = newEmail();

    const answer = await signUp({ email, full_name: 'Ada Lovelace' });

    const user = read(answer, 201, UserView);
    expect(user).toEqual({
      id: expect.any(String),
      email,
      full_name: 'Ada Lovelace',
      role: 'member',
      permissions: builtInRoles.get('member'),
      is_active: true,
      is_superuser: false,
      created_at: expect.any(String),
      updated_at: null,
    });
    expect(answer.headers.get('Location')).toBe(`/api/v1/users/${user.id}`);
    expectCommandHeaders(answer, 0);
    const tokens = await logIn(email);
    const as = { token: str(tokens.body['access_token']) };
    expect(read(await app.call('GET', '/users/me', { as }), 200, UserView)).toEqual(user);
  });

  it('needs no name', async () => {
    expect(read(await signUp({}), 201, UserView).full_name).toBeNull();
    expect(read(await signUp({ full_name: null }), 201, UserView).full_name).toBeNull();
  });

  it('takes an e-mail address once, whatever its case', async () => {
    const email = newEmail();
    await signUp({ email: ` ${email.toUpperCase()} ` });

    for (const same of [email, email.toUpperCase(), `  ${email}`])
      expectProblem(await signUp({ email: same }), 409, 'User with this email already exists');
    expect((await logIn(email)).status).toBe(200);
    expect((await logIn(email.toUpperCase())).status).toBe(200);
  });

  it.each([
    ['email', ['', 'x', '@x', 'a@', 'a b@c.d', 'a@b@c', `${'x'.repeat(251)}@a.de`, 7, null]],
    ['password', ['', '1234567', 'x'.repeat(129), 'a\u0000bcdefgh', 7, null]],
    ['full_name', ['', '   ', 'x'.repeat(256), 'a\nb', 7]],
  ])('names %s when it is not right', async (field, bad) => {
    for (const value of bad) expectInvalid(await signUp({ [field]: value }), field);
  });

  it('takes everything up to its limit', async () => {
    const email = `${'x'.repeat(243)}@example.org`;
    for (const chosen of ['12345678', 'x'.repeat(128)]) {
      const own = newEmail();
      expect((await signUp({ email: own, password: chosen })).status).toBe(201);
      expect((await logIn(own, chosen)).status).toBe(200);
    }

    expect((await signUp({ email, full_name: 'x'.repeat(255) })).status).toBe(201);
    expect((await logIn(email)).status).toBe(200);
  });

  it.each(['email', 'password'])('cannot do without %s', async (field) => {
    expectInvalid(await signUp({ [field]: undefined }), field);
  });

  it.each(['role', 'is_superuser', 'is_active', 'id', 'permissions'])(
    'lets nobody set %s',
    async (field) => {
      expectInvalid(await signUp({ [field]: 'admin' }), field);
    },
  );
});

describe('Signing up where that is closed', () => {
  let closed: TestApp;
  let ledger: Ledger;

  beforeAll(async () => {
    closed = await startTestApp({ SIGNUP: 'closed' });
    ledger = await Ledger.of(closed);
  });
  afterAll(async () => {
    await ledger.close();
    await closed.stop();
  });

  it('is refused, whoever asks, and administrators can add users', async () => {
    const body = { email: newEmail(), password };

    for (const as of [undefined, closed.admin]) {
      const answer = await closed.call('POST', '/users/signup', { ...(as && { as }), body });
      expectProblem(answer, 403, 'Sign-up is closed');
    }
    expect((await closed.call('POST', '/users', { as: closed.admin, body })).status).toBe(201);
  });

  it('stores no password of those it sends away', async () => {
    const before = await ledger.rowsOf('secrets.credentials');

    await closed.call('POST', '/users/signup', { body: { email: newEmail(), password } });

    expect(await ledger.rowsOf('secrets.credentials')).toBe(before);
  });
});
