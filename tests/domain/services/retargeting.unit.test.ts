import { describe, expect, it } from '@jest/globals';
import { defaultExpectation, type Expectation } from '../../../src/domain/services/expectation.js';
import { service } from '../../../src/domain/services/service.js';
import { serviceTypes } from '../../../src/domain/services/target.js';
import { registered, serviceId } from '../support/services.js';
import { given } from '../support/specification.js';

const demanding: Expectation = {
  type: 'http',
  method: 'POST',
  headers: { accept: 'text/plain', 'x-probe': 'watchbook' },
  status: [200, '300-399'],
  bodyContains: 'ok',
};

describe('Retargeting a service', () => {
  it('keeps the expectation when only the address is another', () => {
    const url = 'http://store.example.org/';
    given(service, [registered({ expectation: demanding })])
      .when({ type: 'ChangeService', url })
      .then([{ type: 'ServiceRetargeted', data: { serviceId, target: { type: 'http', url } } }]);
  });

  it('gives the new type its default expectation', () => {
    const url = 'shop.example.org';
    given(service, [registered({ expectation: demanding })])
      .when({ type: 'ChangeService', serviceType: 'dns', url })
      .then([
        { type: 'ServiceRetargeted', data: { serviceId, target: { type: 'dns', url } } },
        {
          type: 'ServiceExpectationChanged',
          data: { serviceId, expectation: defaultExpectation('dns') },
        },
      ]);
  });

  it('takes the expectation for the new type that was sent along', () => {
    const url = 'shop.example.org';
    const expectation = { ...defaultExpectation('dns'), answers: ['192.0.2.1'] };
    given(service, [registered()])
      .when({ type: 'ChangeService', serviceType: 'dns', url, expectation })
      .then([
        { type: 'ServiceRetargeted', data: { serviceId, target: { type: 'dns', url } } },
        { type: 'ServiceExpectationChanged', data: { serviceId, expectation } },
      ]);
  });

  it('keeps an address that fits both types', () => {
    const url = 'shop.example.org';
    given(service, [
      registered({ target: { type: 'icmp', url }, expectation: defaultExpectation('icmp') }),
    ])
      .when({ type: 'ChangeService', serviceType: 'dns' })
      .then([
        { type: 'ServiceRetargeted', data: { serviceId, target: { type: 'dns', url } } },
        {
          type: 'ServiceExpectationChanged',
          data: { serviceId, expectation: defaultExpectation('dns') },
        },
      ]);
  });

  it('is refused when the address that stays does not fit the new type', () =>
    given(service, [registered()])
      .when({ type: 'ChangeService', serviceType: 'tcp' })
      .thenRefused('invalid-fields', 'url'));

  it('is refused when the new address does not fit the type that stays', () =>
    given(service, [registered()])
      .when({ type: 'ChangeService', url: 'tcp://shop.example.org:443' })
      .thenRefused('invalid-fields', 'url'));

  it('is refused with an expectation of the old type', () =>
    given(service, [registered()])
      .when({
        type: 'ChangeService',
        serviceType: 'icmp',
        url: 'shop.example.org',
        expectation: demanding,
      })
      .thenRefused('invalid-fields', 'expect'));
});

describe('Changing what a service should answer', () => {
  it('says the whole expectation', () =>
    given(service, [registered()])
      .when({ type: 'ChangeService', expectation: demanding })
      .then([{ type: 'ServiceExpectationChanged', data: { serviceId, expectation: demanding } }]));

  it('says nothing when the expectation is the same', () =>
    given(service, [registered({ expectation: demanding })])
      .when({ type: 'ChangeService', expectation: structuredClone(demanding) })
      .thenNothing());

  it.each(['tcp', 'icmp', 'dns'] as const)('is refused to expect %s of a website', (type) =>
    given(service, [registered()])
      .when({ type: 'ChangeService', expectation: defaultExpectation(type) })
      .thenRefused('invalid-fields', 'expect'),
  );
});

describe('The default expectation', () => {
  it.each(serviceTypes)('for %s is one for that type', (type) =>
    expect(defaultExpectation(type)).toMatchObject({ type }),
  );

  it('accepts any success of a website', () =>
    expect(defaultExpectation('http')).toStrictEqual({
      type: 'http',
      method: 'GET',
      headers: {},
      status: ['200-299'],
      bodyContains: null,
    }));

  it('accepts any address of a name', () =>
    expect(defaultExpectation('dns')).toStrictEqual({
      type: 'dns',
      recordType: 'A',
      answers: [],
      resolver: null,
    }));
});
