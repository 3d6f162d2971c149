import { createHmac } from 'node:crypto';

/**
 * What proves to a receiver that a body comes from here, and when it was sent: HMAC-SHA-256 (RFC 2104) over timestamp,
 * a dot and body, in hexadecimal digits. One signature for each secret that counts, separated by commas.
 *
 * @param timestamp Seconds since 1970, as in the header `Watchbook-Timestamp`.
 */
export function signatureOf(secrets: readonly string[], timestamp: string, body: string): string {
  return secrets
    .map((secret) => {
      const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
      return `v1=${digest}`;
    })
    .join(',');
}
