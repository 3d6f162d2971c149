import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { commandContext } from '../../src/commands/context.js';
import { type EventWriter, eventWriter } from '../../src/commands/event-writer.js';
import { claimStream, NameClaims } from '../../src/commands/reservations/name-claims.js';
import { StateReader } from '../../src/commands/state-reader.js';
import { tokens } from '../../src/composition/tokens.js';
import { DomainError } from '../../src/domain/domain-error.js';
import { tagName, userEmail, type UniqueName } from '../../src/domain/names/unique-name.js';
import { WrongExpectedRevision } from '../../src/event-store/errors.js';
import { type EventStore } from '../../src/event-store/event-store.js';
import { tagStream } from '../../src/event-store/stream-id.js';
import { startTestApp, str, type TestApp } from '../support/test-app.js';
import { makeTag, newEmail, newName } from '../resources/support/making.js';
import { Ledger } from '../resources/support/log.js';

let app: TestApp;
let store: EventStore;
let read: StateReader;
let write: EventWriter;
let ledger: Ledger;

beforeAll(async () => {
  app = await startTestApp();
  store = app.application.container.get(tokens.eventStore);
  read = app.application.container.get(StateReader);
  const tester = commandContext({ kind: 'process', id: 'tester' });
  write = eventWriter(store, tester, 'Test', 'test');
  ledger = await Ledger.of(app);
});
afterAll(async () => {
  await ledger.close();
  await app.stop();
});

/** Claims a name for something, as a command does that then crashes. */
async function claimAndCrash(name: UniqueName, holderId: string): Promise<void> {
  const { kind } = name;
  await write(claimStream(name), -1, [{ type: 'NameClaimed', data: { kind, holderId, asOf: -1 } }]);
}

/** As the claims are seen when so many seconds have gone by. */
function claimsIn(seconds: number): NameClaims {
  return new NameClaims(read, () => Date.now() + seconds * 1000);
}

const failure = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );

describe('A name claimed by a tag that never came to be', () => {
  it('is kept for it, as long as it may still be on its way', async () => {
    const name = newName('Claimed');
    await claimAndCrash(tagName(name), newId());

    const answer = await app.call('POST', '/tags', { as: app.admin, body: { name } });

    expect([answer.status, answer.body['detail']]).toEqual([400, 'Tag name already exists']);
  });

  it('can be taken over later, and then its late owner cannot come to be', async () => {
    const name = tagName(newName('Claimed'));
    const [late, heir] = [newId(), newId()];
    await claimAndCrash(name, late);

    await claimsIn(60).take({ name, holderId: heir }, -1, write);

    const claim = await ledger.stream(claimStream(name));
    expect(claim.map(({ type, data }) => [type, data['holderId']])).toEqual([
      ['NameClaimed', late],
      ['NameReleased', late],
      ['NameClaimed', heir],
    ]);
    const color = '#000000';
    const creation = write(tagStream(late), -1, [
      { type: 'TagCreated', data: { tagId: late, creatorId: app.admin.id, name: 'x', color } },
    ]);
    expect(await failure(creation)).toBeInstanceOf(WrongExpectedRevision);
    expect((await app.call('GET', `/tags/${late}`, { as: app.admin })).status).toBe(404);
  });

  it('goes to one of many who want to take it over', async () => {
    const name = tagName(newName('Claimed'));
    await claimAndCrash(name, newId());
    const heirs = Array.from({ length: 10 }, () => newId());

    const outcomes = await Promise.allSettled(
      heirs.map((holderId) => claimsIn(60).take({ name, holderId }, -1, write)),
    );

    // The claim of the first is young on the real clock, but not on theirs, and is borne by nobody yet:
    // whoever comes after may take it over in turn, and the one before is fenced off each time.
    const last = (await ledger.stream(claimStream(name))).at(-1);
    const holder = str(last?.data['holderId']);
    expect(heirs).toContain(holder);
    expect(outcomes[heirs.indexOf(holder)]?.status).toBe('fulfilled');
    for (const heir of heirs.filter((id) => id !== holder)) {
      const [index, fenced] = [heirs.indexOf(heir), await ledger.stream(tagStream(heir))];
      const isOut = outcomes[index]?.status === 'rejected' || fenced.length > 0;
      expect([heir, isOut]).toEqual([heir, true]);
    }
  });

  it('can be taken over from an e-mail address, too', async () => {
    const name = userEmail(newEmail());
    const [late, heir] = [newId(), newId()];
    await claimAndCrash(name, late);

    await claimsIn(60).take({ name, holderId: heir }, -1, write);

    expect((await ledger.stream(`user-${late}`)).map(({ type }) => type)).toEqual([
      'UserEmailForfeited',
    ]);
  });
});

describe('A name that is borne', () => {
  it('can never be taken over, however long ago it was claimed', async () => {
    const tag = await makeTag(app, app.admin);
    const name = tagName(tag.name);

    const attempt = claimsIn(10 ** 6).take({ name, holderId: newId() }, -1, write);

    const error = await failure(attempt);
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ code: 'tag-name-taken' });
    expect(await ledger.stream(`tag-${tag.id}`)).toHaveLength(1);
  });

  it('can be taken over when its tag has another name by now, and only that one', async () => {
    const tag = await makeTag(app, app.admin);
    const stuck = tagName(newName('Stuck'));
    await claimAndCrash(stuck, tag.id);

    await claimsIn(60).take({ name: stuck, holderId: newId() }, -1, write);

    // Appended past the bus, which would have waited for the read model.
    const until = { 'Watchbook-Min-Position': String(await ledger.end()) };
    const found = await app.call('GET', `/tags/${tag.id}`, { as: app.admin, headers: until });
    expect([found.body['name'], found.headers.get('ETag')]).toEqual([tag.name, '"1"']);
    const rename = { as: app.admin, body: { color: '#000000' } };
    expect((await app.call('PATCH', `/tags/${tag.id}`, rename)).status).toBe(200);
  });
});
