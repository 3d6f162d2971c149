import { describe, it } from '@jest/globals';
import { type Expectation } from '../../../src/domain/services/expectation.js';
import { service } from '../../../src/domain/services/service.js';
import { registered, shop } from '../support/services.js';
import { given } from '../support/specification.js';

function expecting(headers: Record<string, string>): Expectation {
  return { type: 'http', method: 'GET', headers, status: [200], bodyContains: null };
}

// A store of JSON is free to hand keys back in another order, and whoever sends headers is free, too.
describe('A change that differs in the order of keys only', () => {
  it('is none when headers come in another order', () => {
    const expectation = expecting({ accept: '*/*', host: 'a' });
    given(service, [registered({ expectation })])
      .when({
        type: 'ChangeService',
        expectation: expecting({ host: 'a', accept: '*/*' }),
      })
      .thenNothing();
  });

  it('is none when the history has its keys in another order', () =>
    given(service, [
      registered({
        target: { url: shop.target.url, type: shop.target.type },
        schedule: { timeoutMs: 10_000, intervalSeconds: 60 },
        thresholds: { degradedAboveMs: null, successThreshold: 1, failureThreshold: 3 },
      }),
    ])
      .when({ type: 'ChangeService', name: shop.name })
      .thenNothing());
});
