import { describe, it } from '@jest/globals';
import { defaultExpectation } from '../../../src/domain/services/expectation.js';
import { defaultThresholds } from '../../../src/domain/services/schedule.js';
import { service } from '../../../src/domain/services/service.js';
import { registered, serviceId, shop, tagged, untagged } from '../support/services.js';
import { given } from '../support/specification.js';

describe('Changing a service', () => {
  it('renames it', () =>
    given(service, [registered()])
      .when({ type: 'ChangeService', name: 'Store' })
      .then([{ type: 'ServiceRenamed', data: { serviceId, name: 'Store' } }]));

  it('says nothing when nothing is asked for', () =>
    given(service, [registered()]).when({ type: 'ChangeService' }).thenNothing());

  it('says nothing when everything asked for holds already', () =>
    given(service, [registered(), ...tagged('blue', 'red')])
      .when({
        type: 'ChangeService',
        name: shop.name,
        serviceType: shop.target.type,
        url: shop.target.url,
        schedule: { ...shop.schedule },
        thresholds: { ...shop.thresholds },
        expectation: { ...shop.expectation },
        tagIds: ['red', 'blue'],
      })
      .thenNothing());

  it('says what is different in the order of the catalogue, tags last', () => {
    const target = { type: 'tcp', url: 'shop.example.org:443' } as const;
    const schedule = { intervalSeconds: 30, timeoutMs: 5_000 };
    const thresholds = { failureThreshold: 5, successThreshold: 2, degradedAboveMs: 800 };
    given(service, [registered(), ...tagged('blue')])
      .when({
        type: 'ChangeService',
        tagIds: ['red'],
        thresholds,
        schedule,
        url: target.url,
        serviceType: target.type,
        name: 'Store',
      })
      .then([
        { type: 'ServiceRenamed', data: { serviceId, name: 'Store' } },
        { type: 'ServiceRetargeted', data: { serviceId, target } },
        {
          type: 'ServiceExpectationChanged',
          data: { serviceId, expectation: defaultExpectation('tcp') },
        },
        { type: 'ServiceRescheduled', data: { serviceId, schedule } },
        { type: 'ServiceThresholdsChanged', data: { serviceId, thresholds } },
        ...untagged('blue'),
        ...tagged('red'),
      ]);
  });

  it('is refused as a whole when a part of it does not fit', () =>
    given(service, [registered()])
      .when({ type: 'ChangeService', name: 'Store', url: 'nonsense' })
      .thenRefused('invalid-fields', 'url'));
});

describe('Changing the schedule of a service', () => {
  it('keeps the timeout when only the interval is sent', () =>
    given(service, [registered()])
      .when({ type: 'ChangeService', schedule: { intervalSeconds: 300 } })
      .then([
        {
          type: 'ServiceRescheduled',
          data: { serviceId, schedule: { intervalSeconds: 300, timeoutMs: 10_000 } },
        },
      ]));

  it('keeps the interval when only the timeout is sent', () =>
    given(service, [registered()])
      .when({ type: 'ChangeService', schedule: { timeoutMs: 59_999 } })
      .then([
        {
          type: 'ServiceRescheduled',
          data: { serviceId, schedule: { intervalSeconds: 60, timeoutMs: 59_999 } },
        },
      ]));

  it.each([
    { schedule: { timeoutMs: 60_000 }, because: 'as long as the interval that stays' },
    { schedule: { intervalSeconds: 10 }, because: 'as long as the new interval' },
    { schedule: { intervalSeconds: 10, timeoutMs: 20_000 }, because: 'longer than the interval' },
  ])('is refused when the timeout would be $because', ({ schedule }) =>
    given(service, [registered()])
      .when({ type: 'ChangeService', schedule })
      .thenRefused('invalid-fields', 'timeoutMs'),
  );
});

describe('Changing the thresholds of a service', () => {
  it.each([
    { failureThreshold: 1 },
    { successThreshold: 4 },
    { degradedAboveMs: 250 },
    { failureThreshold: 1, successThreshold: 4 },
  ])('keeps those that %j leaves out', (thresholds) =>
    given(service, [registered()])
      .when({ type: 'ChangeService', thresholds })
      .then([
        {
          type: 'ServiceThresholdsChanged',
          data: { serviceId, thresholds: { ...defaultThresholds, ...thresholds } },
        },
      ]),
  );

  const picky = { ...defaultThresholds, degradedAboveMs: 250 };

  it('says with null that no service is too slow', () =>
    given(service, [registered({ thresholds: picky })])
      .when({ type: 'ChangeService', thresholds: { degradedAboveMs: null } })
      .then([
        { type: 'ServiceThresholdsChanged', data: { serviceId, thresholds: defaultThresholds } },
      ]));

  it('keeps what is too slow when that is left out', () =>
    given(service, [registered({ thresholds: picky })])
      .when({ type: 'ChangeService', thresholds: { degradedAboveMs: undefined } })
      .thenNothing());
});
