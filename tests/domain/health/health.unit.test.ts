import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '../../../src/domain/decider.js';
import { type HealthStatus, type ServiceHealthEvent } from '../../../src/domain/health/events.js';
import { health } from '../../../src/domain/health/health.js';
import { type Check, type Outcome } from '../../../src/domain/health/outcome.js';
import { counted, emptyTally } from '../../../src/domain/health/tally.js';
import { type Schedule, type Thresholds } from '../../../src/domain/services/schedule.js';

const serviceId = '01900000-0000-7000-8000-000000000001';
const schedule: Schedule = { intervalSeconds: 60, timeoutMs: 10_000 };
const thresholds: Thresholds = { failureThreshold: 3, successThreshold: 1, degradedAboveMs: 500 };
const beginning = Date.parse('2026-03-03T12:00:00.000Z');

const at = (seconds: number): string => new Date(beginning + seconds * 1000).toISOString();

function check(outcome: Outcome, seconds: number): Check {
  const latencyMs = outcome === 'up' || outcome === 'slow' ? 42 : null;
  return { outcome, code: 'ok', message: outcome, latencyMs, checkedAt: at(seconds) };
}

/** A service that is checked once a minute, and what the log says of its health. */
function watched(
  checks: readonly Check[],
  rules: Thresholds = thresholds,
  before: readonly ServiceHealthEvent[] = [],
): ServiceHealthEvent[] {
  let tally = emptyTally;
  const events = [...before];
  for (const each of checks) {
    tally = counted(tally, each, schedule);
    const findings = { tally, check: each, thresholds: rules, schedule };
    events.push(
      ...health.decide({ type: 'AssessHealth', serviceId, ...findings }, fold(health, events)),
    );
  }
  return events.slice(before.length);
}

const every = (...outcomes: readonly Outcome[]): Check[] =>
  outcomes.map((outcome, minute) => check(outcome, minute * 60));

const path = (events: readonly ServiceHealthEvent[]): HealthStatus[] =>
  events.map(({ data }) => data.to);

describe('The health of a service', () => {
  it('is unknown until a check can tell', () => {
    expect(watched(every('unknown', 'unknown'))).toEqual([]);
  });

  it('is good after the first answer, and nothing more is said while it stays so', () => {
    expect(path(watched(every('up', 'up', 'up')))).toEqual(['healthy']);
  });

  it('turns bad with enough failures in a row, since the first of them, with the last as evidence', () => {
    const events = watched(every('up', 'down', 'down', 'down', 'down'));
    expect(path(events)).toEqual(['healthy', 'unhealthy']);
    expect(events[1]?.data).toEqual({
      serviceId,
      from: 'healthy',
      to: 'unhealthy',
      since: at(60),
      reason: 'checks',
      evidence: { checks: 3, ...check('down', 180) },
    });
  });

  it('does not flap: failures that are not in a row change nothing', () => {
    expect(path(watched(every('up', 'down', 'down', 'up', 'down', 'down', 'up')))).toEqual([
      'healthy',
    ]);
  });

  it('comes back with enough answers in a row', () => {
    const patient = { ...thresholds, successThreshold: 2 };
    const events = watched(every('down', 'down', 'down', 'up', 'down', 'up', 'up'), patient);
    expect(path(events)).toEqual(['unhealthy', 'healthy']);
    expect(events[1]?.data.since).toBe(at(300));
  });

  it('is degraded when answers are slow for long enough, and healthy again when they are not', () => {
    expect(path(watched(every('up', 'slow', 'slow', 'slow', 'up')))).toEqual([
      'healthy',
      'degraded',
      'healthy',
    ]);
  });

  it('is degraded after an outage when the answers come slowly', () => {
    expect(path(watched(every('down', 'down', 'down', 'slow', 'up')))).toEqual([
      'unhealthy',
      'degraded',
      'healthy',
    ]);
  });

  it('is not touched by checks that could not be made, which do not break a row either', () => {
    expect(path(watched(every('up', 'down', 'unknown', 'down', 'unknown', 'down')))).toEqual([
      'healthy',
      'unhealthy',
    ]);
  });

  it('is unknown once nobody could tell for too long, since the last check that could', () => {
    const events = watched(every('up', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown'));
    expect(path(events)).toEqual(['healthy', 'unknown']);
    expect(events[1]?.data).toMatchObject({ since: at(0), reason: 'silence' });
  });

  it('does not count failures from before a silence', () => {
    const checks = [
      check('up', 0),
      check('down', 60),
      check('down', 120),
      check('down', 10_000),
      check('down', 10_060),
    ];
    expect(path(watched(checks))).toEqual(['healthy']);
  });

  it('is forgotten when the service is paused, and begins anew', () => {
    const before = watched(every('down', 'down', 'down'));
    const paused = health.decide(
      { type: 'ForgetHealth', serviceId, at: at(200) },
      fold(health, before),
    );
    expect(paused).toEqual([
      {
        type: 'ServiceHealthChanged',
        data: {
          serviceId,
          from: 'unhealthy',
          to: 'unknown',
          since: at(200),
          reason: 'paused',
          evidence: null,
        },
      },
    ]);
    expect(path(watched([check('up', 900)], thresholds, [...before, ...paused]))).toEqual([
      'healthy',
    ]);
  });

  it('has nothing to forget when it is unknown', () => {
    expect(health.decide({ type: 'ForgetHealth', serviceId, at: at(0) }, health.initial)).toEqual(
      [],
    );
  });

  it('goes the way a simple model goes, which looks at the whole past each time', () => {
    const outcome = fc.constantFrom<Outcome>('up', 'slow', 'down', 'unknown');
    const rules = fc.record({
      failureThreshold: fc.integer({ min: 1, max: 4 }),
      successThreshold: fc.integer({ min: 1, max: 4 }),
      degradedAboveMs: fc.constant(500),
    });
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 60 }), rules, (outcomes, bounds) => {
        // Too seldom in a row for a silence: that is another matter.
        const checks = outcomes.map((each, index) => check(each, index));
        expect(path(watched(checks, bounds))).toEqual(modelled(outcomes, bounds));
      }),
      { numRuns: 500 },
    );
  });

  it('follows upon itself without gaps: from is what was, and since never goes back', () => {
    const outcome = fc.constantFrom<Outcome>('up', 'slow', 'down', 'unknown');
    const step = fc.tuple(outcome, fc.integer({ min: 1, max: 400 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let now = 0;
        const events = watched(steps.map(([each, pause]) => check(each, (now += pause))));
        events.forEach(({ data }, index) => {
          const before = events[index - 1]?.data;
          expect(data.from).toBe(before?.to ?? 'unknown');
          expect(data.to).not.toBe(data.from);
          expect(data.since >= (before?.since ?? '')).toBe(true);
        });
      }),
    );
  });
});

/** The rules in another form: how many at the end of all that could tell are of a kind. */
function modelled(outcomes: readonly Outcome[], rules: Thresholds): HealthStatus[] {
  const { failureThreshold, successThreshold } = rules;
  const told: Outcome[] = [];
  const visited: HealthStatus[] = [];
  for (const outcome of outcomes) {
    if (outcome === 'unknown') continue;
    told.push(outcome);
    const status = visited.at(-1) ?? 'unknown';
    const endsWith = (length: number, ...kinds: Outcome[]): boolean =>
      told.length >= length && told.slice(-length).every((one) => kinds.includes(one));
    const next = ((): HealthStatus => {
      if (endsWith(failureThreshold, 'down')) return 'unhealthy';
      if (status === 'healthy')
        return endsWith(failureThreshold, 'slow', 'down') ? 'degraded' : 'healthy';
      if (endsWith(successThreshold, 'up')) return 'healthy';
      if (status === 'degraded') return 'degraded';
      return endsWith(successThreshold, 'up', 'slow') ? 'degraded' : status;
    })();
    if (next !== status) visited.push(next);
  }
  return visited;
}
