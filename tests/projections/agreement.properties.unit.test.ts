import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { permissions } from '../../src/domain/access/permissions.js';
import { type Decider } from '../../src/domain/decider.js';
import { type DomainEvent } from '../../src/domain/events.js';
import { role, type RoleCommand } from '../../src/domain/roles/role.js';
import { type Expectation } from '../../src/domain/services/expectation.js';
import { type ServiceState } from '../../src/domain/services/service-state.js';
import { service } from '../../src/domain/services/service.js';
import { tag, type TagCommand } from '../../src/domain/tags/tag.js';
import { user, type UserCommand } from '../../src/domain/users/user.js';
import { RoleView, ServiceView, TagView, UserView } from '../../src/http/resources/views.js';
import { roles } from '../../src/projections/roles.js';
import { type ServiceRow, services } from '../../src/projections/services.js';
import { tags } from '../../src/projections/tags.js';
import { users } from '../../src/projections/users.js';
import { anyCommand } from '../domain/support/arbitrary-services.js';
import { attempt } from '../domain/support/attempts.js';
import { ada } from '../domain/support/users.js';
import { completed, history, rowAfter } from './support/history.js';

/** What commands come to: the state of the decider, and the events, command by command. */
function live<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  commands: readonly Command[],
): { state: State; happened: Event[][] } {
  let state = decider.initial;
  const happened: Event[][] = [];
  for (const command of commands) {
    const events = attempt(decider, command, state);
    if (events.length === 0) continue;
    for (const event of events) state = decider.evolve(state, event);
    happened.push([...events]);
  }
  return { state, happened };
}

/** The columns that say what a service is. */
function asRow(state: Exclude<ServiceState, { status: 'unborn' }>): Partial<ServiceRow> {
  const { target, schedule, thresholds, expectation } = state;
  return {
    id: state.id,
    user_id: state.ownerId,
    name: state.name,
    type: target.type,
    url: target.url,
    interval_seconds: schedule.intervalSeconds,
    timeout_ms: schedule.timeoutMs,
    failure_threshold: thresholds.failureThreshold,
    success_threshold: thresholds.successThreshold,
    degraded_above_ms: thresholds.degradedAboveMs,
    expect: spelled(expectation),
    tag_ids: [...state.tagIds],
    paused: state.paused,
    deleted: state.status === 'deleted',
  };
}

function spelled(expectation: Expectation): ServiceRow['expect'] {
  if (expectation.type === 'http') {
    const { method, headers, status, bodyContains } = expectation;
    return { method, headers: { ...headers }, status: [...status], body_contains: bodyContains };
  }
  if (expectation.type !== 'dns') return {};
  const { recordType, answers, resolver } = expectation;
  return { record_type: recordType, answers: [...answers], resolver };
}

/** The domain's own tests name things as they like; everything else about a view is strict. */
const anyId = z.string();

describe('Whatever is asked, rows agree with the states decisions are made on', () => {
  it('of services', () =>
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 12 }), (commands) => {
        const { state, happened } = live(service, commands);

        const row = rowAfter(services, history(...happened));

        if (state.status === 'unborn') {
          expect(row).toBeUndefined();
          return;
        }
        expect(row).toMatchObject(asRow(state));
        if (!row) return;
        expect(row.revision).toBe(happened.flat().length - 1);
        expect(row.updated_at === null).toBe(happened.length === 1);
        const view = ServiceView.extend({ id: anyId, user_id: anyId });
        view.parse(completed(services, row, { last_checked_at: null, latency_ms: null, tags: [] }));
      }),
    ));

  it('of tags', () => {
    const name = fc.constantFrom('urgent', 'later', '"');
    const color = fc.constantFrom('#ff0000', '#00ff00');
    const command: fc.Arbitrary<TagCommand> = fc.oneof(
      fc.record({ name, color }).map((settings): TagCommand => ({
        type: 'CreateTag',
        tagId: 'tag',
        creatorId: 'ada',
        ...settings,
      })),
      fc
        .record({ name, color }, { requiredKeys: [] })
        .map((changes): TagCommand => ({ type: 'ChangeTag', ...changes })),
      fc.constant<TagCommand>({ type: 'DeleteTag' }),
      fc.constant<TagCommand>({ type: 'ForfeitTagName', tagId: 'tag' }),
    );
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const { state, happened } = live(tag, commands);

        const row = rowAfter(tags, history(...happened)) ?? undefined;

        if (state.status !== 'active') {
          expect(row).toBeUndefined();
          return;
        }
        const { id, creatorId: created_by_id, name, color } = state;
        expect(row).toMatchObject({ id, created_by_id, name, color });
        if (!row) return;
        expect(JSON.parse(row.chip)).toEqual({ id, name, color });
        const view = TagView.extend({ id: anyId, created_by_id: anyId });
        view.parse(completed(tags, row, { service_count: 0 }));
      }),
    );
  });

  it('of users', () => {
    const settings = {
      email: fc.constantFrom('ada@example.org', 'countess@example.org'),
      fullName: fc.constantFrom('Ada', null),
      role: fc.constantFrom('member', 'admin'),
      isActive: fc.boolean(),
      isSuperuser: fc.boolean(),
      credentialId: fc.constantFrom('one', 'other'),
    };
    const command: fc.Arbitrary<UserCommand> = fc.oneof(
      fc
        .record(settings)
        .map((chosen): UserCommand => ({ ...ada, ...chosen, type: 'RegisterUser' })),
      fc
        .record(settings, { requiredKeys: [] })
        .map((changes): UserCommand => ({ ...changes, type: 'ChangeUser' })),
      fc.constant<UserCommand>({ type: 'ForfeitUserEmail', userId: ada.id }),
      fc.constant<UserCommand>({
        type: 'DeleteUser',
        ownsServices: false,
        reassignServicesTo: null,
      }),
    );
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const { state, happened } = live(user, commands);

        const row = rowAfter(users, history(...happened)) ?? undefined;

        if (state.status !== 'registered') {
          expect(row).toBeUndefined();
          return;
        }
        expect(row).toMatchObject({
          id: state.id,
          email: state.email,
          full_name: state.fullName,
          role: state.role,
          is_active: state.isActive,
          is_superuser: state.isSuperuser,
          credential_id: state.credentialId,
        });
        if (row) UserView.extend({ id: anyId }).parse(completed(users, row, { permissions: [] }));
      }),
    );
  });

  it('of roles', () => {
    const some = fc.array(fc.constantFrom(...permissions));
    const command: fc.Arbitrary<RoleCommand> = fc.oneof(
      fc
        .tuple(fc.constantFrom('DefineRole', 'EnsureBuiltInRole'), some)
        .map(([type, wanted]): RoleCommand => ({ type, role: 'auditor', permissions: wanted })),
      fc.boolean().map((inUse): RoleCommand => ({ type: 'RemoveRole', inUse })),
    );
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const { state, happened } = live(role, commands);

        const row = rowAfter(roles, history(...happened)) ?? undefined;

        if (state === 'undefined') {
          expect(row).toBeUndefined();
          return;
        }
        const { name, builtIn: built_in, permissions: held } = state;
        expect(row).toMatchObject({ name, built_in, permissions: held });
        if (row) RoleView.parse(completed(roles, row));
      }),
    );
  });
});
