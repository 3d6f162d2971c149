import { type ServiceType } from '../../domain/services/target.js';
import { invalidFields } from '../problem.js';

/**
 * Says why an address will never be connected to, where that can be known before it is looked up.
 *
 * @param defaultPort The port where the address names none.
 */
export type KnownProblem = (
  address: string,
  defaultPort?: number,
) => { readonly problem: string } | undefined;

interface SentTarget {
  readonly url?: string | undefined;
  readonly type?: ServiceType | undefined;
  readonly expect?: { readonly resolver?: string | null | undefined } | undefined;
}

/**
 * Refuses a service that no check would ever connect to.
 *
 * @throws Problem 422
 */
export function requireReachable(knownProblem: KnownProblem, sent: SentTarget): void {
  const { url, type, expect } = sent;
  const problems = [
    // What a DNS check is about is a name that is asked for; nobody connects to it.
    ...(url === undefined || type === 'dns' || /^dns:/i.test(url)
      ? []
      : [{ path: 'url', found: knownProblem(url) }]),
    ...(typeof expect?.resolver === 'string'
      ? [{ path: 'expect.resolver', found: knownProblem(expect.resolver, dnsPort) }]
      : []),
  ].flatMap(({ path, found }) => (found === undefined ? [] : [{ path, message: found.problem }]));
  if (problems.length > 0) throw invalidFields(problems);
}

const dnsPort = 53;
