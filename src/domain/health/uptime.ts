import { type HealthStatus } from './events.js';

/** Something that changed what a service's time counts as. Times are in ms since 1970. */
export type Turn =
  | { readonly at: number; readonly to: 'watched' | 'paused' | 'gone' }
  | { readonly at: number; readonly to: HealthStatus };

export interface Span {
  /** In ms since 1970; from is inclusive, to is not. */
  readonly from: number;
  readonly to: number;
}

/** How the time of a service was spent, in ms. Time in which it did not exist is nowhere. */
export interface TimeSpent {
  readonly up: number;
  readonly down: number;
  /** Nobody could tell, or nobody looked though somebody should have. */
  readonly unknown: number;
  /** Somebody had paused it: that counts neither for it nor against it. */
  readonly maintenance: number;
}

/** What a degraded service counts as: it depends on the contract. */
export type CountsAs = 'up' | 'down';

/**
 * Adds up the time between two moments.
 *
 * @param turns Of the service, and of its health, each in the order of time.
 * @param silences When nothing was measured although the service was watched. They do not overlap.
 */
export function timeSpent(
  turns: readonly Turn[],
  silences: readonly Span[],
  window: Span,
  degradedCountsAs: CountsAs,
): TimeSpent {
  const spent = { up: 0, down: 0, unknown: 0, maintenance: 0 };
  for (const { kind, ...span } of periods(turns, degradedCountsAs)) {
    const shared = overlap(span, window);
    if (shared === undefined || kind === 'gone') continue;
    const length = shared.to - shared.from;
    const isKnown = kind === 'up' || kind === 'down';
    const silent = isKnown ? silentIn(shared, silences) : 0;
    spent[kind] += length - silent;
    spent.unknown += silent;
  }
  return spent;
}

/** The part of the time that was known in which it was up; null when none was. */
export function uptimeOf({ up, down }: TimeSpent): number | null {
  return up + down === 0 ? null : up / (up + down);
}

interface Period extends Span {
  readonly kind: keyof TimeSpent | 'gone';
}

/** From the first turn on, one after the other, without gaps. */
function* periods(turns: readonly Turn[], degradedCountsAs: CountsAs): Generator<Period> {
  let presence: 'watched' | 'paused' | 'gone' = 'gone';
  let health: HealthStatus = 'unknown';
  const inOrder = [...turns].sort((a, b) => a.at - b.at);
  for (const [index, turn] of inOrder.entries()) {
    if (turn.to === 'watched' || turn.to === 'paused' || turn.to === 'gone') presence = turn.to;
    else health = turn.to;
    const to = inOrder[index + 1]?.at ?? Infinity;
    yield { from: turn.at, to, kind: kindOf(presence, health, degradedCountsAs) };
  }
}

function kindOf(
  presence: 'watched' | 'paused' | 'gone',
  health: HealthStatus,
  degradedCountsAs: CountsAs,
): Period['kind'] {
  if (presence === 'gone') return 'gone';
  if (presence === 'paused') return 'maintenance';
  switch (health) {
    case 'healthy':
      return 'up';
    case 'degraded':
      return degradedCountsAs;
    case 'unhealthy':
      return 'down';
    case 'unknown':
      return 'unknown';
  }
}

function overlap(a: Span, b: Span): Span | undefined {
  const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
  return from < to ? { from, to } : undefined;
}

function silentIn(span: Span, silences: readonly Span[]): number {
  return silences.reduce((sum, silence) => {
    const shared = overlap(span, silence);
    return shared === undefined ? sum : sum + shared.to - shared.from;
  }, 0);
}
