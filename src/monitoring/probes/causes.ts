import { type Found } from '../../domain/health/outcome.js';
import { type OutboundCode } from '../../outbound/outbound-error.js';

/** What became of a check, for machines. Each code belongs to one outcome; `docs/checks.md` tells what they mean. */
export type CauseCode =
  | UpCode
  | DownCode
  | UnknownCode
  /** A status that is not among those expected, such as `status_503`. */
  | `status_${number}`;

type UpCode = 'ok';

type UnknownCode = keyof typeof couldNotCheck;

type DownCode =
  | Exclude<OutboundCode, UnknownCode>
  // HTTP
  | 'body_missing'
  | 'redirect_loop'
  | 'too_many_redirects'
  | 'bad_redirect'
  // DNS
  | 'dns_servfail'
  | 'dns_refused'
  | 'dns_wrong_answer';

/** Where nothing was learned about the service: what stood in the way was on this side. */
const couldNotCheck = {
  target_refused: true,
  resolver_unreachable: true,
  resolver_failed: true,
  dns_bad_answer: true,
  network_down: true,
  out_of_resources: true,
  icmp_unavailable: true,
  /** Watchbook was told to stop in the middle of it. */
  cancelled: true,
} as const;

export function outcomeOf(code: CauseCode): Found {
  if (code === 'ok') return 'up';
  return code in couldNotCheck ? 'unknown' : 'down';
}
