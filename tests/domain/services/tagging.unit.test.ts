import { describe, it } from '@jest/globals';
import { service } from '../../../src/domain/services/service.js';
import { registered, tagged, tagIds, untagged } from '../support/services.js';
import { given } from '../support/specification.js';

describe('Tagging a service', () => {
  it('adds the tag', () =>
    given(service, [registered(), ...tagged('blue')])
      .when({ type: 'TagService', tagId: 'red' })
      .then(tagged('red')));

  it('says nothing when it has the tag', () =>
    given(service, [registered(), ...tagged('blue')])
      .when({ type: 'TagService', tagId: 'blue' })
      .thenNothing());

  it('adds again what was taken off', () =>
    given(service, [registered(), ...tagged('blue'), ...untagged('blue')])
      .when({ type: 'TagService', tagId: 'blue' })
      .then(tagged('blue')));

  it('takes the fiftieth tag', () =>
    given(service, [registered(), ...tagged(...tagIds(49))])
      .when({ type: 'TagService', tagId: 'one more' })
      .then(tagged('one more')));

  it('is refused for the fifty-first', () =>
    given(service, [registered(), ...tagged(...tagIds(50))])
      .when({ type: 'TagService', tagId: 'one too many' })
      .thenRefused('invalid-fields', 'tags'));

  it('says nothing when a service with fifty tags has it', () =>
    given(service, [registered(), ...tagged(...tagIds(50))])
      .when({ type: 'TagService', tagId: 'tag-50' })
      .thenNothing());
});

describe('Untagging a service', () => {
  it('takes the tag off', () =>
    given(service, [registered(), ...tagged('blue', 'red')])
      .when({ type: 'UntagService', tagId: 'blue' })
      .then(untagged('blue')));

  it('says nothing when it does not have the tag', () =>
    given(service, [registered(), ...tagged('blue')])
      .when({ type: 'UntagService', tagId: 'red' })
      .thenNothing());
});

describe('Changing all tags of a service', () => {
  it('takes off what is not wanted, then adds what is missing', () =>
    given(service, [registered(), ...tagged('blue', 'red', 'green')])
      .when({ type: 'ChangeService', tagIds: ['red', 'white', 'black'] })
      .then([...untagged('blue', 'green'), ...tagged('white', 'black')]));

  it('takes all of them off with an empty list', () =>
    given(service, [registered(), ...tagged('blue', 'red')])
      .when({ type: 'ChangeService', tagIds: [] })
      .then(untagged('blue', 'red')));

  it('counts a tag that was sent twice once', () =>
    given(service, [registered()])
      .when({ type: 'ChangeService', tagIds: [...tagIds(50), ...tagIds(50)] })
      .then(tagged(...tagIds(50))));

  it('can swap fifty tags for fifty others', () => {
    const others = tagIds(50).map((id) => `other ${id}`);
    given(service, [registered(), ...tagged(...tagIds(50))])
      .when({ type: 'ChangeService', tagIds: others })
      .then([...untagged(...tagIds(50)), ...tagged(...others)]);
  });

  it('is refused with more than fifty', () =>
    given(service, [registered()])
      .when({ type: 'ChangeService', tagIds: tagIds(51) })
      .thenRefused('invalid-fields', 'tags'));
});
