import ipaddr from 'ipaddr.js';
import { type Range, rangeOf } from './address-ranges.js';
import { type Address, formsOf } from './addresses.js';
import { isLocalhost } from './localhost.js';
import { type OwnEndpoints } from './own-endpoints.js';

/** Which addresses may be connected to. It is asked for each address, before and after connecting. */
export interface AddressPolicy {
  /**
   * Says why an address must not be connected to, in words that go on after "Watchbook does not connect to it:".
   *
   * @param address IPv4 or IPv6, in any of its forms; anything else is refused.
   * @param port `undefined` where there is none, as for ICMP.
   */
  refusal(address: string, port: number | undefined): string | undefined;
  /** The same of a name, as far as a name alone tells. */
  refusalOfName(name: string, port: number | undefined): string | undefined;
}

/** What Watchbook itself stands on; nothing that users choose may reach it. */
type Own = Pick<OwnEndpoints, 'includes' | 'includesName'>;

export interface CheckRules {
  readonly own: Own;
  /** As `10.0.0.0/8`: open, also where the defaults are not. What is never open stays closed. */
  readonly allowCidrs: readonly string[];
  /** Closed, whatever else is said. */
  readonly denyCidrs: readonly string[];
  readonly allowLoopback: boolean;
}

/** For checks. Most of what they watch has private addresses. */
export function checkPolicy({
  own,
  allowCidrs,
  denyCidrs,
  allowLoopback,
}: CheckRules): AddressPolicy {
  const allowed = allowCidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  const denied = denyCidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  return policy(own, (address, range) => {
    if (range.kind === 'forbidden') return `it is ${range.words}`;
    if (denied.some((cidr) => isIn(address, cidr))) return 'it is in CHECK_DENY_CIDRS';
    if (allowed.some((cidr) => isIn(address, cidr))) return undefined;
    if (range.kind === 'loopback' && !allowLoopback)
      return `it is ${range.words}, and ALLOW_LOOPBACK_CHECKS is not set`;
    return undefined;
  });
}

export interface WebhookRules {
  readonly own: Own;
  /** Private addresses, and loopback. */
  readonly allowPrivate: boolean;
}

/** For webhooks. They carry news out of the house, so nothing inside is open to them. */
export function webhookPolicy({ own, allowPrivate }: WebhookRules): AddressPolicy {
  return policy(own, (_, { kind, words }) => {
    if (kind === 'public') return undefined;
    if (kind === 'forbidden') return `it is ${words}`;
    return allowPrivate ? undefined : `it is ${words}, and ALLOW_PRIVATE_WEBHOOKS is not set`;
  });
}

function policy(
  own: Own,
  judge: (address: Address, range: Range) => string | undefined,
): AddressPolicy {
  return {
    refusal(text, port) {
      const forms = formsOf(text);
      if (forms.length === 0) return 'it is not an address';
      for (const form of forms) {
        const reason = own.includes(form.toString(), port) ? isOurs : judge(form, rangeOf(form));
        if (reason !== undefined) return reason;
      }
      return undefined;
    },
    refusalOfName(name, port) {
      if (own.includesName(name, port)) return isOurs;
      return isLocalhost(name) ? this.refusal('127.0.0.1', port) : undefined;
    },
  };
}

const isOurs = 'Watchbook keeps its own data there';

function isIn(address: Address, [base, bits]: [Address, number]): boolean {
  return address.kind() === base.kind() && address.match([base, bits]);
}
