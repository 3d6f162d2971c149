import { type z } from 'zod';
import {
  type RoleView,
  ServiceView,
  TagView,
  type UserView,
} from '../../../src/http/resources/views.js';
import { type Person, type TestApp } from '../../support/test-app.js';
import { read } from './answers.js';

export type Service = z.infer<typeof ServiceView>;
export type Tag = z.infer<typeof TagView>;
export type User = z.infer<typeof UserView>;
export type Role = z.infer<typeof RoleView>;

let made = 0;

/** A name nobody else in this file has. */
export function newName(what: string): string {
  made += 1;
  return `${what} ${made}`;
}

export function newEmail(): string {
  made += 1;
  return `somebody-${made}@example.org`;
}

export async function makeService(
  app: TestApp,
  owner: Pick<Person, 'token'>,
  fields: object = {},
): Promise<Service> {
  const body = { name: newName('Service'), url: 'https://example.org', type: 'http', ...fields };
  return read(await app.call('POST', '/services', { as: owner, body }), 201, ServiceView);
}

export async function makeTag(
  app: TestApp,
  creator: Pick<Person, 'token'>,
  fields: object = {},
): Promise<Tag> {
  const body = { name: newName('Tag'), ...fields };
  return read(await app.call('POST', '/tags', { as: creator, body }), 201, TagView);
}

/** An id that nothing has. */
export const nobody = '01900000-0000-7000-8000-000000000000';
