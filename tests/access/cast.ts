import { expect } from '@jest/globals';
import { type Answer, type Person, str, type TestApp } from '../support/test-app.js';
import { makeService, makeTag, type Service, type Tag } from '../resources/support/making.js';
import { standings, type Who } from './matrix.js';

/** Makes one thing for each key. */
class Shared<T> {
  private readonly made = new Map<string, Promise<T>>();

  get(key: string, make: () => Promise<T>): Promise<T> {
    const one = this.made.get(key) ?? make();
    this.made.set(key, one);
    return one;
  }
}

/** Everybody in the matrix, and what they own. */
export class Cast {
  private readonly people = new Map<Who, Person>();
  private readonly owned = new Map<Person, Tag[]>();
  private readonly hooks = new Map<Person, string[]>();
  private readonly refreshTokens = new Map<Person, string>();

  /** What requests that are to be refused are about: it stays as it is, and serves all of them. */
  readonly services = new Shared<Service>();
  readonly tags = new Shared<Tag>();
  readonly victims = new Shared<Person>();
  readonly rebuilds = new Shared<string>();
  readonly webhooks = new Shared<string>();
  readonly deliveries = new Shared<string>();

  private constructor(
    readonly app: TestApp,
    /** Owns what belongs to another. */
    readonly another: Person,
  ) {}

  static async of(app: TestApp): Promise<Cast> {
    await app.call('PUT', '/roles/nothing', { as: app.admin, body: { permissions: [] } });
    const cast = new Cast(app, await app.person('member'));
    for (const standing of standings) {
      if (standing === 'anonymous') continue;
      for (const who of [standing, `deactivated ${standing}`] as const)
        cast.people.set(who, await cast.fresh(who, true));
    }
    return cast;
  }

  /** `undefined` is nobody: no token is sent. */
  find(who: Who): Person | undefined {
    return this.people.get(who);
  }

  /** Somebody new of this standing, for what cannot be done twice. Owners come with tags of their own. */
  async fresh(who: Who, owner = false): Promise<Person> {
    const standing = who.replace('deactivated ', '');
    const person = await this.app.person('member');
    if (owner) {
      this.refreshTokens.set(person, await this.logIn(person));
      const made = Array.from({ length: tagsEach }, () => makeTag(this.app, person));
      this.owned.set(person, await Promise.all(made));
      const hooks = Array.from({ length: webhooksEach }, () => this.makeWebhook(person));
      this.hooks.set(person, await Promise.all(hooks));
    }
    const change =
      standing === 'superuser' ? { role: 'viewer', is_superuser: true } : { role: standing };
    await this.change(person, { ...change, is_active: standing === who });
    return person;
  }

  /** A tag that this person made when they still could. */
  tagOf(person: Person): Promise<Tag> {
    const tag = this.owned.get(person)?.pop();
    if (tag === undefined) throw new Error('Nobody has tags without end: raise tagsEach');
    return Promise.resolve(tag);
  }

  /** As `tagOf`. */
  webhookOf(person: Person): Promise<string> {
    const webhook = this.hooks.get(person)?.pop();
    return webhook === undefined ? this.makeWebhook(person) : Promise.resolve(webhook);
  }

  /** One they got while they were active. */
  async refreshToken(who: Who): Promise<string> {
    const person = this.find(who);
    return (person && this.refreshTokens.get(person)) ?? this.logIn(this.another);
  }

  async serviceOf(person: Person, fields: object = {}): Promise<Service> {
    const service = await makeService(this.app, this.app.admin, { url: nowhere, ...fields });
    const body = { user_id: person.id };
    await this.asAdmin('POST', `/services/${service.id}/transfer`, body);
    return service;
  }

  async asAdmin(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await this.app.call(method, path, { as: this.app.admin, body });
    expect([answer.status < 300, answer.text]).toEqual([true, expect.any(String)]);
    return answer;
  }

  private async makeWebhook(person: Person): Promise<string> {
    const made = await this.app.call('POST', '/webhooks', { as: person, body: { url: nowhere } });
    return str(made.body['id']);
  }

  private async logIn({ email, password }: Person): Promise<string> {
    const tokens = await this.app.call('POST', '/auth/login', { body: { email, password } });
    return str(tokens.body['refresh_token']);
  }

  private async change({ id }: Person, body: object): Promise<void> {
    await this.asAdmin('PATCH', `/users/${id}`, body);
  }
}

const tagsEach = 6;
/** Of what somebody may have who may make none any more, each is asked about once. */
const webhooksEach = 2;

/** An address where nobody listens. */
export const nowhere = 'http://127.0.0.1:9/';
