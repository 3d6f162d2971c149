import { describe, expect, it } from '@jest/globals';
import { type Actor, anonymous, may, reach } from '../../../src/domain/access/actor.js';
import { type Permission } from '../../../src/domain/access/permissions.js';
import { ownOrAny, type Verdict, withPermission } from '../../../src/domain/access/verdict.js';

const grants: Record<'any' | 'own' | 'both' | 'none', Permission[]> = {
  any: ['services:update:any'],
  own: ['services:update'],
  both: ['services:update', 'services:update:any'],
  none: ['services:read', 'services:read:any', 'tags:update:any'],
};
type Grant = keyof typeof grants;

function person(grant: Grant, isSuperuser = false): Actor {
  return { kind: 'user', id: 'ada', isSuperuser, permissions: new Set(grants[grant]) };
}
const process: Actor = { kind: 'process', id: 'retire-users' };

const byEveryones: Verdict = { allowed: true, by: 'services:update:any' };
const byOwn: Verdict = { allowed: true, by: 'services:update' };
const bySuperuser: Verdict = { allowed: true, by: 'superuser' };
const byProcess: Verdict = { allowed: true, by: 'process retire-users' };
const insufficient: Verdict = { allowed: false, reason: 'Insufficient permissions' };
const notTheirs: Verdict = { allowed: false, reason: 'Not authorized' };

describe('What has an owner', () => {
  it.each<[Grant, string, Verdict]>([
    ['any', 'ada', byEveryones],
    ['any', 'grace', byEveryones],
    ['both', 'ada', byEveryones],
    ['both', 'grace', byEveryones],
    ['own', 'ada', byOwn],
    ['own', 'grace', notTheirs],
    ['none', 'ada', insufficient],
    ['none', 'grace', insufficient],
  ])('with permission for %s, of %s: ada gets the right verdict', (grant, owner, verdict) =>
    expect(ownOrAny(person(grant), 'services:update', owner)).toStrictEqual(verdict),
  );

  it.each<[Grant, string]>([
    ['any', 'ada'],
    ['any', 'grace'],
    ['own', 'ada'],
    ['own', 'grace'],
    ['none', 'ada'],
    ['none', 'grace'],
  ])('with permission for %s, of %s: a superuser may, as a superuser', (grant, owner) =>
    expect(ownOrAny(person(grant, true), 'services:update', owner)).toStrictEqual(bySuperuser),
  );

  it.each(['ada', process.id])('of %s: a process of Watchbook may, in its name', (owner) =>
    expect(ownOrAny(process, 'services:update', owner)).toStrictEqual(byProcess),
  );

  it.each(['ada', anonymous.id])('of %s: nobody may who has not signed in', (owner) =>
    expect(ownOrAny(anonymous, 'services:update', owner)).toStrictEqual(insufficient),
  );
});

describe('What has no owner', () => {
  const reader: Actor = {
    kind: 'user',
    id: 'ada',
    isSuperuser: false,
    permissions: new Set<Permission>(['audit:read']),
  };

  it.each<[string, Actor, Verdict]>([
    ['somebody with the permission may', reader, { allowed: true, by: 'audit:read' }],
    ['somebody without it may not', person('both'), insufficient],
    ['a superuser with it may', { ...reader, isSuperuser: true }, bySuperuser],
    ['a superuser without it may', person('none', true), bySuperuser],
    ['a process may', process, byProcess],
    ['nobody may who has not signed in', anonymous, insufficient],
  ])('%s', (_, actor, verdict) =>
    expect(withPermission(actor, 'audit:read')).toStrictEqual(verdict),
  );
});

describe('How far a permission reaches', () => {
  it.each<[string, Actor, 'any' | 'own' | 'none']>([
    ['everyone’s things with :any', person('any'), 'any'],
    ['everyone’s things with both forms', person('both'), 'any'],
    ['their own with the short form', person('own'), 'own'],
    ['nothing with others', person('none'), 'none'],
    ['everyone’s things for a superuser', person('none', true), 'any'],
    ['everyone’s things for a process', process, 'any'],
    ['nothing for nobody', anonymous, 'none'],
  ])('%s', (_, actor, far) => expect(reach(actor, 'services:update')).toBe(far));

  it('does not reach one’s own things as such with :any alone', () =>
    expect(may(person('any'), 'services:update')).toBe(false));
});
