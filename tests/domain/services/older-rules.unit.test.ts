import { describe, it } from '@jest/globals';
import { service } from '../../../src/domain/services/service.js';
import { type ServiceEvent } from '../../../src/domain/services/events.js';
import { registered, serviceId, tagged, tagIds, untagged } from '../support/services.js';
import { given } from '../support/specification.js';

// The log keeps what an earlier version let pass; what nobody touches is not judged again.
describe('A service from before a rule', () => {
  const history: ServiceEvent[] = [
    registered({
      target: { type: 'http', url: 'gopher://example.org' },
      schedule: { intervalSeconds: 10, timeoutMs: 10_000 },
    }),
    ...tagged(...tagIds(52)),
  ];

  it('can lose a tag, though it still has too many', () =>
    given(service, history).when({ type: 'UntagService', tagId: 'tag-1' }).then(untagged('tag-1')));

  it('can be renamed', () =>
    given(service, history)
      .when({ type: 'ChangeService', name: 'Store' })
      .then([{ type: 'ServiceRenamed', data: { serviceId, name: 'Store' } }]));

  it('is refused a schedule that does not fit, and not for its target', () =>
    given(service, history)
      .when({ type: 'ChangeService', schedule: { timeoutMs: 20_000 } })
      .thenRefused('invalid-fields', 'timeoutMs'));

  it('is refused another target that does not fit', () =>
    given(service, history)
      .when({ type: 'ChangeService', url: 'gopher://example.com' })
      .thenRefused('invalid-fields', 'url'));
});
