import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { Credentials } from '../../src/accounts/credentials.js';
import { RetireUsers } from '../../src/processes/retire-users.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { Ledger } from '../resources/support/log.js';

let app: TestApp;
let ledger: Ledger;

beforeAll(async () => {
  app = await startTestApp();
  ledger = await Ledger.of(app);
});
afterAll(async () => {
  await ledger.close();
  await app.stop();
});

const give = ({ id }: Person, password: string): Promise<Answer> =>
  app.call('PATCH', `/users/${id}`, { as: app.admin, body: { password } });
const canLogIn = async ({ email }: Person, password: string): Promise<boolean> =>
  (await app.call('POST', '/auth/login', { body: { email, password } })).status === 200;
/** Until no more than so many passwords of theirs are stored. */
const settle = ({ id }: Person, most: number): Promise<void> =>
  ledger.until(async () => (await ledger.secretsOf('credentials', id)) <= most);

describe('Forgetting old passwords', () => {
  // What is stored and not yet named in the log is swept away with the old ones: whoever gets two passwords at once
  // can be left with none that works.
  it('leaves one whose change is still on its way', async () => {
    const person = await app.person();
    const credentials = app.application.container.get(Credentials);
    const onItsWay = newId();
    await credentials.add(onItsWay, person.id, 'on its way');

    await give(person, 'a new password');
    await settle(person, 2);

    expect(await credentials.hash(onItsWay)).toBeDefined();
  });

  it('leaves the one that counts, when it comes to an older one late', async () => {
    const person = await app.person();
    await app.application.container.get(RetireUsers).stop();
    await give(person, 'a second password');
    await give(person, 'a third password');

    const successor = await startTestApp({ DATABASE_URL: app.databaseUrl });
    await settle(person, 1);

    const works = [
      await canLogIn(person, person.password),
      await canLogIn(person, 'a second password'),
      await canLogIn(person, 'a third password'),
    ];
    await successor.stop();
    expect(works).toEqual([false, false, true]);
  });
});
