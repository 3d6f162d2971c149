import { Resolver } from 'node:dns/promises';
import { type DnsRecordType } from '../../domain/services/expectation.js';
import { endpointOf } from '../../outbound/destination.js';
import { at } from '../../outbound/endpoint-text.js';
import { allowedAddresses } from '../../outbound/guarded-connect.js';
import { OutboundError } from '../../outbound/outbound-error.js';
import { codeOf } from '../../platform/error-code.js';
import { recordTexts, missingAnswers } from './dns-records.js';
import { type ExpectationOf, type Finding, type ProbeContext } from './finding.js';

/** Up when the name has records of the type, and all expected answers are among them. */
export async function probeDns(
  url: string,
  { recordType, answers, resolver: server }: ExpectationOf<'dns'>,
  context: ProbeContext,
): Promise<Finding> {
  const { host: name } = endpointOf(url);
  const servers = server === null ? undefined : await serversAt(server, context);
  const asked = context.elapsed();
  try {
    const records = await ask(name, recordType, servers, context);
    const missing = missingAnswers(recordType, records, answers);
    const finding: Finding =
      missing.length === 0
        ? { code: 'ok', message: `Answered ${shortly(records)}` }
        : {
            code: 'dns_wrong_answer',
            message: `Answered ${shortly(records)}; missing: ${shortly(missing)}`,
          };
    const latencyMs = context.elapsed();
    return {
      ...finding,
      latencyMs,
      timings: { dns: latencyMs - asked },
      details: { answers: records },
    };
  } catch (error) {
    return failureOf(codeOf(error), name, recordType, server);
  }
}

/**
 * A name server that was named in the check, as `address:port`.
 *
 * @throws OutboundError; where the server is not found, nothing is known about the name that was to be checked.
 */
async function serversAt(
  server: string,
  { policy, signal, options }: ProbeContext,
): Promise<readonly string[]> {
  const { host, port = dnsPort } = endpointOf(server);
  try {
    const addresses = await allowedAddresses(policy, host, port, signal, options);
    return addresses.slice(0, mostServers).map((address) => at(address, port));
  } catch (error) {
    if (!(error instanceof OutboundError) || error.code === 'target_refused') throw error;
    const message = `The name server ${host} cannot be found`;
    throw new OutboundError('resolver_unreachable', message, { cause: error });
  }
}

const dnsPort = 53;
const mostServers = 3;

async function ask(
  name: string,
  recordType: DnsRecordType,
  servers: readonly string[] | undefined,
  { signal, elapsed, timeoutMs }: ProbeContext,
): Promise<readonly string[]> {
  const known = servers ?? new Resolver().getServers();
  // One after the other, each once: together they have the time that is left.
  const timeout = Math.max(1, Math.floor((timeoutMs - elapsed()) / Math.max(1, known.length)));
  const resolver = new Resolver({ timeout, tries: 1 });
  if (servers !== undefined) resolver.setServers(servers);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel);
  try {
    const asking = recordTexts(resolver, name, recordType);
    if (signal.aborted) cancel();
    return await asking;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function failureOf(
  code: string | undefined,
  name: string,
  recordType: DnsRecordType,
  server: string | null,
): Finding {
  const who = server ?? 'The name server of this computer';
  switch (code) {
    case 'ENOTFOUND':
      return { code: 'dns_nxdomain', message: `There is no name ${name}` };
    case 'ENODATA':
      return { code: 'dns_no_records', message: `The name ${name} has no ${recordType} records` };
    case 'ETIMEOUT':
    case 'ECANCELLED':
    case 'ECONNREFUSED':
      return { code: 'resolver_unreachable', message: `${who} did not answer` };
    case 'EBADRESP':
    case 'EFORMERR':
      return { code: 'dns_bad_answer', message: `${who} answered something that makes no sense` };
    default:
  }
  // Whoever names a server wants to know when it fails; that of this computer is only a way to the answer.
  if (server === null)
    return { code: 'resolver_failed', message: `${who} could not find out about ${name}` };
  return code === 'EREFUSED'
    ? { code: 'dns_refused', message: `${who} refused to answer about ${name}` }
    : { code: 'dns_servfail', message: `${who} answered that it failed` };
}

function shortly(records: readonly string[]): string {
  const shown = records.slice(0, 3).join(', ');
  const text = shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
  return records.length > 3 ? `${text} and ${records.length - 3} more` : text;
}
