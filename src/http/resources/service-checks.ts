import { z } from 'zod';
import { checkService } from '../../commands/services/service-actions.js';
import { type UserActor } from '../../domain/access/actor.js';
import { outcomes } from '../../domain/health/outcome.js';
import { type Availability, type AvailabilityReport } from '../../history/availability.js';
import { type CheckNow } from '../../monitoring/check-now.js';
import { type CheckResult } from '../../monitoring/results/check-result.js';
import { type CheckQueries, seesExcerpts } from '../../queries/checks/check-queries.js';
import { type ServiceQueries } from '../../queries/services/service-queries.js';
import { type Commanding } from '../commanding.js';
import { route } from '../define-route.js';
import { Problem } from '../problem.js';
import { actorOf, type Querying } from '../querying.js';
import { type AnyRoute, none } from '../route.js';
import { listOf, moment, OneId, pagingFields } from '../wire.js';
import { CheckView, UptimeView } from './views.js';

const windows = { '24h': 1, '7d': 7, '30d': 30, '90d': 90 } as const;
const dayMs = 24 * 60 * 60 * 1000;

const inOrder = { path: ['to'], error: 'Must be later than from' };

const Filter = z
  .strictObject({
    ...pagingFields,
    from: moment.optional(),
    to: moment.optional(),
    outcome: z.enum(outcomes).optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, inOrder);

const Window = z
  .strictObject({
    window: z.enum(['24h', '7d', '30d', '90d']).optional(),
    from: moment.optional(),
    to: moment.optional(),
    degraded: z
      .enum(['up', 'down'])
      .default('up')
      .meta({ description: 'What a degraded service counts as: your contract says' }),
  })
  .refine(({ window, from, to }) => window === undefined || (from ?? to) === undefined, {
    path: ['window'],
    error: 'Give a window, or from and to, not both',
  })
  .refine(({ from, to }) => to === undefined || from !== undefined, {
    path: ['from'],
    error: 'Required where there is a to',
  })
  .refine(({ from }) => from === undefined || Date.parse(from) <= Date.now(), {
    path: ['from'],
    error: 'This is yet to come',
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, inOrder);

export interface CheckRouteParts {
  readonly commanding: Commanding;
  readonly querying: Querying;
  readonly services: ServiceQueries;
  readonly checks: CheckQueries;
  readonly availability: Availability;
  readonly checkNow: CheckNow;
}

/** What the monitor measured of a service. */
export function serviceCheckRoutes(parts: CheckRouteParts): AnyRoute[] {
  const { commanding, querying, services, checks, availability, checkNow } = parts;
  return [
    route({
      method: 'post',
      path: '/services/{id}/check',
      summary: 'Check a service now',
      description:
        'Runs one check, which counts as any other, and answers with what it found. A paused service is checked, too; nobody keeps the result then. At most twelve a minute for each service.',
      tag: 'services',
      access: 'user',
      kind: 'command',
      params: OneId,
      query: none,
      body: none,
      answers: { 200: { description: 'What the check found', body: CheckView } },
      async handle({ params: { id }, occasion }) {
        const actor = actorOf(occasion);
        await commanding.permit(checkService, { serviceId: id }, commanding.context(occasion));
        const result = await checkNow.check(id, AbortSignal.timeout(longestCheckMs));
        const owner = await services.ownerOf(id);
        return { status: 200, body: shown(result, seesExcerpts(actor, owner ?? '')) };
      },
    }),
    route({
      method: 'get',
      path: '/services/{id}/checks',
      summary: 'List what checks of a service found',
      description:
        'Newest first. Single results are kept for thirty days, unless configured otherwise.',
      tag: 'services',
      access: 'user',
      kind: 'query',
      params: OneId,
      query: Filter,
      body: none,
      answers: { 200: { description: 'A page of results', body: listOf(CheckView) } },
      handle: ({ params: { id }, query: { skip, limit, ...filter }, occasion }) =>
        querying.page(occasion, async (actor) => {
          const page = await checks.page(actor, id, filter, { skip, limit });
          if (page === undefined) throw new Problem(404, 'Service not found');
          return page;
        }),
    }),
    route({
      method: 'get',
      path: '/services/{id}/uptime',
      summary: 'How available a service was',
      description:
        'Over a `window` up to now (24 hours when nothing is asked), or between two times. Time in which it was paused does not count, nor does time in which nobody could tell how it was; both are shown.',
      tag: 'services',
      access: 'user',
      kind: 'query',
      params: OneId,
      query: Window,
      body: none,
      answers: { 200: { description: 'How available it was', body: UptimeView } },
      handle: ({ params: { id }, query: { window, from, to, degraded }, occasion }) =>
        querying.plain(occasion, 'Service not found', async (actor: UserActor) => {
          const now = Date.now();
          const asked =
            from === undefined
              ? { from: now - windows[window ?? '24h'] * dayMs, to: now }
              : { from: Date.parse(from), to: to === undefined ? now : Date.parse(to) };
          const report = await availability.of(actor, id, asked, degraded, now);
          return report && onTheWire(report);
        }),
    }),
  ];
}

/** No check takes longer: a service's own timeout ends it first. */
const longestCheckMs = 70_000;

function shown(result: CheckResult, withExcerpt: boolean): object {
  const { id, serviceId, checkedAt, outcome, code, message, latencyMs, timings, details } = result;
  const { excerpt: _, ...plain } = details;
  return {
    id,
    service_id: serviceId,
    checked_at: checkedAt,
    ...{ outcome, code, message },
    latency_ms: latencyMs,
    timings,
    details: withExcerpt ? details : plain,
  };
}

function onTheWire({ window, spent, uptime, checks, latencyMs }: AvailabilityReport): object {
  const { up, slow, down, unknown } = checks;
  return {
    from: new Date(window.from).toISOString(),
    to: new Date(window.to).toISOString(),
    uptime,
    checks: up + slow + down + unknown,
    failures: down,
    slow,
    unknown,
    downtime_seconds: spent.down / 1000,
    unknown_seconds: spent.unknown / 1000,
    maintenance_seconds: spent.maintenance / 1000,
    latency_ms: latencyMs,
  };
}
