import {
  type AddressPolicy,
  checkPolicy,
  type CheckRules,
} from '../../../src/outbound/address-policy.js';

/** Nothing of our own is anywhere. */
export const nothingOwn = { includes: (): boolean => false, includesName: (): boolean => false };

export function policyOfChecks(rules: Partial<CheckRules> = {}): AddressPolicy {
  return checkPolicy({
    own: nothingOwn,
    allowCidrs: [],
    denyCidrs: [],
    allowLoopback: false,
    ...rules,
  });
}

/** For servers of tests, which are all on loopback. */
export const loopbackAllowed = policyOfChecks({ allowLoopback: true });
