import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { type Socket } from 'node:net';
import { codeOf } from '../platform/error-code.js';
import { type AddressPolicy } from './address-policy.js';
import { at } from './endpoint-text.js';
import {
  connectGuarded,
  type Connection,
  type ConnectionTimings,
  type OutboundOptions,
} from './guarded-connect.js';
import { HttpBody } from './http-body.js';
import { type Certificate, OutboundError } from './outbound-error.js';
import { destinationOf } from './destination.js';

export interface HttpRequest {
  /** `http:` or `https:`, without credentials. */
  readonly url: URL | string;
  readonly method: string;
  /** Those that say where a message begins and ends are not sent; nor is `Connection`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** The beginning of an answer. Its body is read, or the answer closed, by whoever asked for it. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case names; several of one name are joined with commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpBody;
  /** The address that answered. */
  readonly address: string;
  /** For https. */
  readonly certificate: Certificate | undefined;
  readonly timings: HttpTimings;
  readonly close: () => void;
}

/** In ms, each from the end of the one before. */
export interface HttpTimings extends ConnectionTimings {
  /** From the request to the head of the answer. */
  readonly firstByte: number;
}

export interface WholeRequest extends HttpRequest {
  /** Of the answer's body, in bytes; what comes after them is not read. */
  readonly maxBytes: number;
  /** Ends it at any time. */
  readonly signal: AbortSignal;
}

export interface WholeAnswer extends Omit<HttpAnswer, 'body' | 'close' | 'timings'> {
  readonly body: Buffer;
  /** There is more than `body`. */
  readonly truncated: boolean;
  readonly timings: HttpTimings & { readonly total: number };
}

/**
 * Sends one request over a connection of its own, and reads the answer. Redirects are answers like others.
 *
 * @throws TargetRefused, OutboundError; `timeout` when the signal is aborted.
 */
export async function requestOnce(
  policy: AddressPolicy,
  { maxBytes, signal, ...request }: WholeRequest,
  options?: OutboundOptions,
): Promise<WholeAnswer> {
  const started = performance.now();
  const answer = await openRequest(policy, request, signal, options);
  try {
    const end = await answer.body.read({ maxBytes, signal });
    if (end instanceof OutboundError) throw end;
    const total = performance.now() - started;
    const { status, headers, address, certificate, timings } = answer;
    return {
      ...{ status, headers, address, certificate },
      body: answer.body.bytes(),
      truncated: end === 'limit',
      timings: { ...timings, total },
    };
  } finally {
    answer.close();
  }
}

/**
 * Sends one request over a connection of its own, until the answer begins.
 *
 * @throws TargetRefused, OutboundError; `timeout` when the signal is aborted.
 */
export async function openRequest(
  policy: AddressPolicy,
  request: HttpRequest,
  signal: AbortSignal,
  options?: OutboundOptions,
): Promise<HttpAnswer> {
  const destination = destinationOf(new URL(request.url));
  const connection = await connectGuarded(policy, destination, signal, options);
  const connected = performance.now();
  const where = at(connection.address, destination.port);
  try {
    const { head, body } = await send(connection, request, where, signal);
    return {
      status: head.statusCode ?? 0,
      headers: joined(head),
      body,
      address: connection.address,
      certificate: connection.certificate,
      timings: { ...connection.timings, firstByte: performance.now() - connected },
      close: () => connection.socket.destroy(),
    };
  } catch (error) {
    connection.socket.destroy();
    throw error;
  }
}

interface Begun {
  readonly head: IncomingMessage;
  readonly body: HttpBody;
}

function send(
  { socket }: Connection,
  request: HttpRequest,
  where: string,
  signal: AbortSignal,
): Promise<Begun> {
  return new Promise((resolve, reject) => {
    const sent = start(socket, request);
    const settle = (): void => signal.removeEventListener('abort', interrupt);
    const fail = (error: OutboundError): void => {
      settle();
      reject(error);
    };
    const interrupt = (): void => fail(new OutboundError('timeout', `${where} did not answer`));
    signal.addEventListener('abort', interrupt);
    if (signal.aborted) interrupt();
    sent.on('error', (error) => fail(exchangeFailure(error, where)));
    sent.once('response', (head) => {
      settle();
      resolve({ head, body: new HttpBody(head, where) });
    });
    // An answer that switches to another protocol has no body that could be read.
    sent.once('upgrade', (head) => {
      settle();
      resolve({ head, body: new HttpBody(head, where) });
    });
    sent.end(request.body);
  });
}

function start(socket: Socket, { url: text, method, headers }: HttpRequest): ClientRequest {
  const url = new URL(text);
  const own = Object.entries(headers).filter(([name]) => !framing.has(name.toLowerCase()));
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  return httpRequest({
    createConnection: () => socket,
    method,
    path: `${url.pathname}${url.search}`,
    setHost: false,
    headers: {
      ...(!names.has('host') && { Host: url.host }),
      ...Object.fromEntries(own.map(([name, value]) => [name, asBytes(value)])),
    },
  });
}

/** Where a message ends is for HTTP itself to say, and a connection is for one request. */
const framing: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'expect', 'te', 'trailer'],
  ...['transfer-encoding', 'content-length'],
]);

/** Node sends each character of a header as one byte; others than those of ASCII are sent as UTF-8. */
function asBytes(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}

function joined({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

/** What went wrong after connecting. */
function exchangeFailure(cause: Error, where: string): OutboundError {
  const code = codeOf(cause) ?? '';
  if (code === 'HPE_HEADER_OVERFLOW')
    return new OutboundError('not_http', `${where} answered with too many headers`, { cause });
  if (code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE')
    return new OutboundError('not_http', `What ${where} answered is not HTTP`, { cause });
  if (code.startsWith('ERR_SSL_'))
    return new OutboundError('tls_failed', `${where} ended the TLS connection`, { cause });
  return new OutboundError(
    'connection_closed',
    `${where} closed the connection before it answered`,
    {
      cause,
    },
  );
}
