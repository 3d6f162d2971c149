import { describe, expect, it } from '@jest/globals';
import { DomainError, invalid, notFound } from '../../src/domain/domain-error.js';

describe('A refusal', () => {
  it('says why in a code and in words', () => {
    const refusal = new DomainError('role-in-use', 'Some users still have this role');
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({
      name: 'DomainError',
      code: 'role-in-use',
      message: 'Some users still have this role',
      fields: [],
    });
  });

  it('points at the field that does not fit', () =>
    expect(invalid('url', 'Write a full address')).toMatchObject({
      code: 'invalid-fields',
      message: 'Write a full address',
      fields: [{ path: 'url', message: 'Write a full address' }],
    }));

  it.each([
    [notFound.service(), 'service-not-found', 'Service not found'],
    [notFound.tag(), 'tag-not-found', 'Tag not found'],
    [notFound.user(), 'user-not-found', 'User not found'],
    [notFound.role(), 'role-not-found', 'Role not found'],
  ])('says what cannot be found: %s', (refusal, code, message) =>
    expect(refusal).toMatchObject({ code, message, fields: [] }),
  );
});
