import { describe, expect, it } from '@jest/globals';
import { type ServiceEvent } from '../../src/domain/services/events.js';
import { type Expectation } from '../../src/domain/services/expectation.js';
import { ServiceView } from '../../src/http/resources/views.js';
import { services, type ServiceRow } from '../../src/projections/services.js';
import { examples, ids } from './support/examples.js';
import { completed, history, rowAfter, rowOf, timeOf } from './support/history.js';

const { ServiceRegistered: registered, ServiceTagged: tagged } = examples;
const { serviceId, tagId, userId, heirId } = ids;

/** What each later event makes of a row. */
const changes: {
  readonly [Type in Exclude<ServiceEvent['type'], 'ServiceRegistered'>]: Partial<ServiceRow>;
} = {
  ServiceRenamed: { name: 'Store' },
  ServiceRetargeted: { type: 'dns', url: 'dns://example.org' },
  ServiceRescheduled: { interval_seconds: 30, timeout_ms: 1_000 },
  ServiceThresholdsChanged: { failure_threshold: 5, success_threshold: 2, degraded_above_ms: 250 },
  ServiceExpectationChanged: {
    expect: { record_type: 'MX', answers: ['mail'], resolver: '9.9.9.9' },
  },
  ServiceTagged: { tag_ids: [tagId] },
  ServiceUntagged: { tag_ids: [] },
  ServicePaused: { paused: true },
  ServiceResumed: { paused: false },
  ServiceTransferred: { user_id: heirId },
  ServiceDeleted: { deleted: true },
  ServiceRestored: { deleted: false },
};
const later = Object.values(examples).filter(({ type }) => type in changes);

describe('The row of a service', () => {
  it('given a registration, then it is what was registered, of unknown health', () => {
    const recorded = history([registered]);

    expect(rowAfter(services, recorded)).toEqual({
      id: serviceId,
      user_id: userId,
      name: 'Shop',
      type: 'http',
      url: 'https://shop.example.org/health',
      interval_seconds: 60,
      timeout_ms: 10_000,
      failure_threshold: 3,
      success_threshold: 1,
      degraded_above_ms: null,
      expect: { method: 'GET', headers: {}, status: ['200-299'], body_contains: null },
      tag_ids: [],
      paused: false,
      status: 'unknown',
      status_since: timeOf(0),
      revision: 0,
      health_revision: -1,
      created_by_command: recorded[0]?.metadata.commandId,
      created_at: timeOf(0),
      updated_at: null,
      deleted: false,
    });
  });

  it.each(later)('given a registration, when $type, then that alone is different', (event) => {
    const recorded = history([registered], [event]);

    const [before, after] = [
      rowAfter(services, recorded.slice(0, 1)),
      rowAfter(services, recorded),
    ];

    const change = Object.entries(changes).find(([type]) => type === event.type)?.[1];
    expect(change).toBeDefined();
    expect(after).toEqual({ ...before, ...change, revision: 1, updated_at: timeOf(1) });
  });

  it.each(later)('given no registration, when $type, then there is no row', (event) => {
    expect(rowAfter(services, history([event]))).toBeUndefined();
  });

  it('given the command that registered it goes on to tag it, then it was not updated', () => {
    const row = rowOf(services, [registered, tagged]);

    expect(row).toMatchObject({ tag_ids: [tagId], revision: 1, updated_at: null });
  });

  it('given opposites, when one undoes the other, then the row is back where it was', () => {
    const { ServicePaused, ServiceResumed, ServiceDeleted, ServiceRestored } = examples;
    const there = rowOf(services, [registered], [tagged, ServicePaused, ServiceDeleted]);
    const back = rowOf(
      services,
      [registered],
      [tagged, ServicePaused, ServiceDeleted],
      [examples.ServiceUntagged, ServiceResumed, ServiceRestored],
    );

    expect(there).toMatchObject({ tag_ids: [tagId], paused: true, deleted: true });
    expect(back).toMatchObject({ tag_ids: [], paused: false, deleted: false, revision: 6 });
  });
});

describe('The health of a service, in its row', () => {
  it('given a change of health, then the row shows it, and its version stays that of the configuration', () => {
    const recorded = history([registered], [examples.ServiceHealthChanged]);

    const [before, after] = [
      rowAfter(services, recorded.slice(0, 1)),
      rowAfter(services, recorded),
    ];

    const { to, since } = examples.ServiceHealthChanged.data;
    expect(after).toEqual({ ...before, status: to, status_since: since, health_revision: 1 });
  });
});

describe('What is expected of a service, as the API spells it', () => {
  const spelled: readonly [Expectation, object][] = [
    [
      { type: 'http', method: 'HEAD', headers: { a: 'b' }, status: [204], bodyContains: 'ok' },
      { method: 'HEAD', headers: { a: 'b' }, status: [204], body_contains: 'ok' },
    ],
    [
      { type: 'dns', recordType: 'A', answers: [], resolver: null },
      { record_type: 'A', answers: [], resolver: null },
    ],
    [{ type: 'tcp' }, {}],
    [{ type: 'icmp' }, {}],
  ];

  it.each(spelled)('given %j, then it is %j', (expectation, expected) => {
    const changed = {
      type: 'ServiceExpectationChanged',
      data: { serviceId, expectation },
    } as const;

    expect(rowOf(services, [registered], [changed]).expect).toEqual(expected);
  });
});

describe('The view of a service', () => {
  it.each(later)('given $type, when its tags are put in, then it is what is promised', (event) => {
    const row = rowOf(services, [registered], [event]);

    const view = ServiceView.parse(
      completed(services, row, { last_checked_at: null, latency_ms: null, tags: [] }),
    );

    const { name, url, paused, updated_at, revision } = row;
    expect(view).toMatchObject({ name, url, paused, updated_at, version: revision });
  });
});
