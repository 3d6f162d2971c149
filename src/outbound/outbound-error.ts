/**
 * Why nothing came of a connection or a request. The message is for people, and names who was talked to; the text of a
 * library is in the cause only.
 */
export class OutboundError extends Error {
  override readonly name: string = 'OutboundError';

  constructor(
    readonly code: OutboundCode,
    message: string,
    readonly extra: {
      readonly cause?: unknown;
      /** Of the certificate that was not accepted. */
      readonly certificate?: Certificate | undefined;
    } = {},
  ) {
    super(message, { cause: extra.cause });
  }
}

/** An address that the policy does not allow. Nothing was sent there. */
export class TargetRefused extends OutboundError {
  override readonly name = 'TargetRefused';

  constructor(
    /** What was asked for. */
    readonly host: string,
    /** Where that leads to. */
    readonly address: string,
    readonly reason: string,
  ) {
    const where = host === address ? host : `${host} (${address})`;
    super('target_refused', `Watchbook does not connect to ${where}: ${reason}`);
  }
}

export type OutboundCode =
  | 'target_refused'
  // Finding the address
  | 'dns_nxdomain'
  | 'dns_no_records'
  | 'resolver_unreachable'
  | 'resolver_failed'
  // Connecting
  | 'connect_refused'
  | 'host_unreachable'
  | 'network_down'
  | 'out_of_resources'
  | 'connect_failed'
  // TLS
  | 'tls_expired'
  | 'tls_not_yet_valid'
  | 'tls_wrong_name'
  | 'tls_self_signed'
  | 'tls_untrusted'
  | 'tls_failed'
  // Afterwards
  | 'connection_closed'
  | 'not_http'
  | 'timeout';

export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly validFrom: Date;
  readonly validTo: Date;
}
