import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/domain/decider.js';
import { defaultExpectation } from '../../../src/domain/services/expectation.js';
import { service, type ServiceCommand } from '../../../src/domain/services/service.js';
import { type Service } from '../../../src/domain/services/service-state.js';
import { registered, shop, tagged, tagIds } from '../support/services.js';
import { given } from '../support/specification.js';

function register(settings: Partial<Service> = {}): ServiceCommand {
  return { ...shop, ...settings, type: 'RegisterService' };
}

describe('Registering a service', () => {
  it('tells everything about it in one event', () =>
    given(service).when(register()).then([registered()]));

  it('tells each of its tags, once, after that', () =>
    given(service)
      .when(register({ tagIds: ['blue', 'red', 'blue'] }))
      .then([registered(), ...tagged('blue', 'red')]));

  it('keeps an expectation other than the default', () => {
    const expectation = { ...defaultExpectation('http'), status: [204, '301-302'] };
    given(service)
      .when(register({ expectation }))
      .then([registered({ expectation })]);
  });

  it('leads to an active service that is not paused', () =>
    expect(fold(service, [registered(), ...tagged('blue')])).toStrictEqual({
      ...shop,
      status: 'active',
      tagIds: ['blue'],
    }));

  it.each([
    { type: 'tcp', url: 'shop.example.org:443' },
    { type: 'icmp', url: 'shop.example.org' },
    { type: 'dns', url: 'dns://shop.example.org' },
  ] as const)('takes a target of type $type', (target) => {
    const settings = { target, expectation: defaultExpectation(target.type) };
    given(service)
      .when(register(settings))
      .then([registered(settings)]);
  });

  it('is refused when the target does not fit its type', () =>
    given(service)
      .when(register({ target: { type: 'http', url: 'shop.example.org' } }))
      .thenRefused('invalid-fields', 'url'));

  it('is refused when the expectation is one for another type', () =>
    given(service)
      .when(register({ expectation: defaultExpectation('dns') }))
      .thenRefused('invalid-fields', 'expect'));

  it('is refused when the timeout is as long as the interval', () =>
    given(service)
      .when(register({ schedule: { intervalSeconds: 10, timeoutMs: 10_000 } }))
      .thenRefused('invalid-fields', 'timeoutMs'));

  it('takes a timeout that is just shorter than the interval', () => {
    const schedule = { intervalSeconds: 10, timeoutMs: 9_999 };
    given(service)
      .when(register({ schedule }))
      .then([registered({ schedule })]);
  });

  it('takes fifty tags', () =>
    given(service)
      .when(register({ tagIds: tagIds(50) }))
      .then([registered(), ...tagged(...tagIds(50))]));

  it('is refused with fifty-one', () =>
    given(service)
      .when(register({ tagIds: tagIds(51) }))
      .thenRefused('invalid-fields', 'tags'));
});
