import { STATUS_CODES } from 'node:http';
import { type AddressPolicy } from '../../outbound/address-policy.js';
import { excerptOf, maxExcerptBytes } from '../../outbound/body-excerpt.js';
import { type HttpAnswer, openRequest } from '../../outbound/http-request.js';
import { OutboundError } from '../../outbound/outbound-error.js';
import { BodySearch } from './body-text.js';
import { withinDeadline } from './deadline.js';
import {
  certificateDetails,
  type ExpectationOf,
  failure,
  type Finding,
  type PhaseTimings,
  type ProbeContext,
} from './finding.js';
import { followRedirect, type Hop } from './redirects.js';

type HttpExpectation = ExpectationOf<'http'>;

/** Up when the answer, after redirects, has an expected status, comes to its end, and has the expected text. */
export async function probeHttp(
  url: string,
  expectation: HttpExpectation,
  context: ProbeContext,
): Promise<Finding> {
  const { method, headers } = expectation;
  const trail: Hop[] = [];
  let timings: PhaseTimings = {};
  let hop: Hop | Finding = { url: new URL(url), method, headers: { ...usualHeaders, ...headers } };
  try {
    while ('url' in hop) {
      trail.push(hop);
      const answer: HttpAnswer = await ask(context.policy, hop, context);
      timings = sum(timings, answer.timings);
      try {
        const isWanted = isExpected(answer.status, expectation.status);
        hop =
          (isWanted ? undefined : followRedirect(answer, trail)) ??
          (await judge(answer, isWanted, expectation, context));
      } finally {
        answer.close();
      }
    }
  } catch (error) {
    hop = failure(error);
  }
  return { ...hop, timings, details: { redirects: trail.length - 1, ...hop.details } };
}

const usualHeaders = {
  Accept: '*/*',
  // Compressed text could not be looked into.
  'Accept-Encoding': 'identity',
  'User-Agent': 'Watchbook',
};

function ask(policy: AddressPolicy, hop: Hop, context: ProbeContext): Promise<HttpAnswer> {
  return openRequest(policy, hop, context.signal, context.options);
}

async function judge(
  answer: HttpAnswer,
  isWanted: boolean,
  expectation: HttpExpectation,
  context: ProbeContext,
): Promise<Finding> {
  const { status, address, certificate } = answer;
  const details = { status, address, ...certificateDetails(certificate) };
  const finding = isWanted
    ? await judgeBody(answer, expectation.bodyContains, context)
    : await unexpectedStatus(answer, context);
  return { ...finding, details: { ...details, ...finding.details } };
}

async function judgeBody(
  { status, body, headers }: HttpAnswer,
  wanted: string | null,
  { signal, elapsed }: ProbeContext,
): Promise<Finding> {
  const type = headers['content-type'];
  const search = wanted === null ? undefined : new BodySearch(wanted, type);
  const end = await body.read({
    maxBytes: maxBodyBytes,
    keepBytes: maxExcerptBytes,
    signal,
    isEnough: (piece) => search?.push(piece) ?? false,
  });
  const isGood = search === undefined ? !(end instanceof OutboundError) : search.isFound;
  if (isGood) return { code: 'ok', message: `Answered ${status}`, latencyMs: elapsed() };
  const excerpt = excerptOf(body.bytes(), type);
  if (end instanceof OutboundError)
    return { code: end.code, message: end.message, details: { excerpt } };
  const where = end === 'limit' ? ' in the first MiB' : '';
  return {
    code: 'body_missing',
    message: `Answered ${status}, but without the expected text${where}`,
    latencyMs: elapsed(),
    details: { excerpt },
  };
}

async function unexpectedStatus(
  { status, headers, body }: HttpAnswer,
  { signal: outer, elapsed }: ProbeContext,
): Promise<Finding> {
  const latencyMs = elapsed();
  await withinDeadline(outer, excerptPatienceMs, (signal) =>
    body.read({ maxBytes: maxExcerptBytes, signal }),
  );
  const excerpt = excerptOf(body.bytes(), headers['content-type']);
  const words = STATUS_CODES[status];
  return {
    code: `status_${status}`,
    message: `Answered ${status}${words === undefined ? '' : ` ${words}`}`,
    latencyMs,
    details: { excerpt },
  };
}

/** Whoever answers more has answered. */
const maxBodyBytes = 1024 * 1024;
/** The status has told already that it is down; the words that come with it are welcome, but not waited for. */
const excerptPatienceMs = 1_000;

function isExpected(status: number, expected: HttpExpectation['status']): boolean {
  return expected.some((accepted) => {
    const [from = 0, to = from] =
      typeof accepted === 'number' ? [accepted] : accepted.split('-').map(Number);
    return status >= from && status <= to;
  });
}

function sum(before: PhaseTimings, more: PhaseTimings): PhaseTimings {
  const phases = ['dns', 'connect', 'tls', 'firstByte'] as const;
  return Object.fromEntries(
    phases.flatMap((phase) => {
      const [a, b] = [before[phase], more[phase]];
      return a === undefined && b === undefined ? [] : [[phase, (a ?? 0) + (b ?? 0)]];
    }),
  );
}
