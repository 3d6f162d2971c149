import { type X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import {
  connect,
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { codeOf } from '../platform/error-code.js';
import { at } from './endpoint-text.js';
import { type Certificate, type OutboundCode, OutboundError } from './outbound-error.js';

export interface Secured {
  readonly socket: TLSSocket;
  readonly certificate: Certificate;
}

/**
 * Makes a connection secure. A certificate that is not accepted ends it before anything else is sent; it is looked at
 * here, and not left to Node, so that the error can say when it expired or whom it is for.
 *
 * @param host Whom the certificate must be for.
 * @throws OutboundError with a code that begins with `tls_`, `connection_closed`, or `timeout`.
 */
export function secure(
  plain: Socket,
  host: string,
  signal: AbortSignal,
  trusted: readonly string[] = [],
): Promise<Secured> {
  const where = at(plain.remoteAddress ?? '', plain.remotePort ?? 0);
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: plain,
      host,
      // An address is no name to ask for (RFC 6066, 3).
      ...(isIP(host) === 0 && { servername: host.replace(/\.$/, '') }),
      secureContext: contextFor(trusted),
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: false,
    });
    const settle = (): void => signal.removeEventListener('abort', interrupt);
    const fail = (error: OutboundError): void => {
      settle();
      socket.destroy();
      plain.destroy();
      reject(error);
    };
    const interrupt = (): void =>
      fail(new OutboundError('timeout', `${where} did not finish the TLS handshake`));
    const onError = (error: Error): void => fail(handshakeFailure(error, where));
    socket.once('error', onError);
    socket.once('secureConnect', () => {
      const certificate = described(socket.getPeerX509Certificate());
      const problem = socket.authorized
        ? undefined
        : certificateProblem(reasonOf(socket), host, certificate);
      if (problem !== undefined) fail(problem);
      else if (certificate === undefined) fail(noCertificate(where));
      else {
        settle();
        socket.off('error', onError);
        // Whoever uses it listens, too; until then, an error must not end the process.
        socket.on('error', () => undefined);
        resolve({ socket, certificate });
      }
    });
    if (signal.aborted) interrupt();
    else signal.addEventListener('abort', interrupt);
  });
}

/** Making one reads all the certificates it trusts. */
const contexts = new WeakMap<readonly string[], SecureContext>();
const usual = createSecureContext();

function contextFor(trusted: readonly string[]): SecureContext {
  if (trusted.length === 0) return usual;
  const context =
    contexts.get(trusted) ?? createSecureContext({ ca: [...rootCertificates, ...trusted] });
  contexts.set(trusted, context);
  return context;
}

function described(certificate: X509Certificate | undefined): Certificate | undefined {
  if (certificate === undefined) return undefined;
  return {
    subject: nameIn(certificate.subject),
    issuer: nameIn(certificate.issuer),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
  };
}

/** The common name, or all there is. */
function nameIn(distinguished: string | undefined): string {
  const lines = distinguished?.split('\n') ?? [];
  return lines.find((line) => line.startsWith('CN='))?.slice(3) ?? lines.join(', ');
}

/** OpenSSL's name for what is wrong. Node's types say it is an error; it is that error's code. */
function reasonOf(socket: TLSSocket): string {
  const reason: unknown = socket.authorizationError;
  return typeof reason === 'string' ? reason : (codeOf(reason) ?? '');
}

function certificateProblem(
  reason: string,
  host: string,
  certificate: Certificate | undefined,
): OutboundError {
  const error = (code: OutboundCode, message: string): OutboundError =>
    new OutboundError(code, message, { cause: reason, certificate });
  switch (reason) {
    case 'CERT_HAS_EXPIRED':
      return certificate !== undefined && certificate.validTo < new Date()
        ? error('tls_expired', `The certificate of ${host} expired on ${day(certificate.validTo)}`)
        : error('tls_expired', `A certificate that vouches for ${host} has expired`);
    case 'CERT_NOT_YET_VALID':
      return certificate !== undefined && certificate.validFrom > new Date()
        ? error(
            'tls_not_yet_valid',
            `The certificate of ${host} is valid from ${day(certificate.validFrom)} on`,
          )
        : error('tls_not_yet_valid', `A certificate that vouches for ${host} is not valid yet`);
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return error('tls_wrong_name', `The certificate is not for ${host}`);
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return error('tls_self_signed', `The certificate of ${host} is signed by nobody but itself`);
    default:
      return error(
        'tls_untrusted',
        `Nobody who is trusted here vouches for the certificate of ${host}`,
      );
  }
}

function noCertificate(where: string): OutboundError {
  return new OutboundError('tls_failed', `${where} showed no certificate`);
}

function handshakeFailure(cause: Error, where: string): OutboundError {
  const code = codeOf(cause);
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return new OutboundError(
      'connection_closed',
      `${where} closed the connection during the TLS handshake`,
      { cause },
    );
  const message =
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG'
      ? `${where} does not speak TLS`
      : `No TLS connection to ${where} came about`;
  return new OutboundError('tls_failed', message, { cause });
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
