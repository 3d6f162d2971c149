import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserView } from '../../src/http/resources/views.js';
import { type Answer, type Person, startTestApp, str, type TestApp } from '../support/test-app.js';

let app: TestApp;
/** The only superuser; who it is changes from round to round. */
let survivor: Person;
/** Whoever else is left, to be made a superuser for the next round. */
let spare: Person | undefined;

beforeAll(async () => {
  app = await startTestApp();
  survivor = app.admin;
});
afterAll(() => app.stop());

type Attack = (by: Person, on: Person) => Promise<Answer>;

const patch =
  (body: object): Attack =>
  (by, on) =>
    app.call('PATCH', `/users/${on.id}`, { as: by, body });
const promote = patch({ is_superuser: true, is_active: true });
const demote = patch({ is_superuser: false });
const deactivate = patch({ is_active: false });
const remove: Attack = (by, on) => app.call('DELETE', `/users/${on.id}`, { as: by });

async function twoSuperusers(): Promise<[Person, Person]> {
  const other = spare ?? (await newcomer());
  expect((await promote(survivor, other)).status).toBe(200);
  return [survivor, other];
}

async function newcomer(): Promise<Person> {
  const body = { email: `newcomer-${Math.random()}@example.org`, password: 'a good password' };
  const made = await app.call('POST', '/users', { as: survivor, body });
  const tokens = await app.call('POST', '/auth/login', { body });
  return { ...body, id: str(made.body['id']), token: str(tokens.body['access_token']) };
}

async function isActiveSuperuser(person: Person): Promise<boolean> {
  const { status, body } = await app.call('GET', '/users/me', { as: person });
  return status === 200 && UserView.parse(body).is_superuser;
}

/** Makes one of them the only superuser again, and answers who still was one before. */
async function settle(one: Person, two: Person): Promise<boolean[]> {
  const left = [await isActiveSuperuser(one), await isActiveSuperuser(two)];
  const [first = false, second = false] = left;
  if (first && second) expect((await demote(one, two)).status).toBe(200);
  survivor = first ? one : two;
  const loser = first ? two : one;
  const found = await app.call('GET', `/users/${loser.id}`, { as: survivor });
  spare = found.status === 200 ? loser : undefined;
  return left;
}

const attacks: [string, Attack, Attack][] = [
  ['demote and demote', demote, demote],
  ['deactivate and deactivate', deactivate, deactivate],
  ['delete and delete', remove, remove],
  ['demote and deactivate', demote, deactivate],
  ['delete and demote', remove, demote],
];

describe('Two superusers who turn on each other at the same time', () => {
  it.each(attacks)(
    '%s: one of them always is left',
    async (_, first, second) => {
      for (let round = 0; round < 20; round += 1) {
        const [one, two] = await twoSuperusers();

        const answers = await Promise.all([first(one, two), second(two, one)]);

        const said = answers.map(({ status }) => status);
        const left = await settle(one, two);
        expect([round, left]).toEqual([round, expect.arrayContaining([true])]);
        // Who was shown out, or came too late, is told so; nobody is told that all is well when it is not.
        expect(said.filter((status) => ![200, 401, 403, 404, 409].includes(status))).toEqual([]);
        const successes = said.filter((status) => status === 200).length;
        expect(left.filter((isLeft) => !isLeft)).toHaveLength(successes);
      }
    },
    20_000,
  );

  it('step down at the same time, and one of them cannot', async () => {
    for (let round = 0; round < 20; round += 1) {
      const [one, two] = await twoSuperusers();

      const answers = await Promise.all([demote(one, one), demote(two, two)]);

      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(await settle(one, two)).toEqual(expect.arrayContaining([true, false]));
    }
  }, 20_000);
});
