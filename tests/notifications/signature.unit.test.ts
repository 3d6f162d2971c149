import { describe, expect, it } from '@jest/globals';
import { signatureOf } from '../../src/notifications/signature.js';

describe('A signature', () => {
  it('is what OpenSSL makes of the same secret, timestamp and body', () =>
    // printf '%s' '1772539200.{"event":"service.unhealthy"}' | openssl dgst -sha256 -hmac 'whsec_of_somebody'
    expect(signatureOf(['whsec_of_somebody'], '1772539200', '{"event":"service.unhealthy"}')).toBe(
      'v1=69733c05392ce821374c6fbc17bbbf6eb3b4207d4a9237d007160cdfd8d7c380',
    ));

  it('depends on secret, timestamp and body', () => {
    const made = [
      signatureOf(['a'], '1', 'body'),
      signatureOf(['b'], '1', 'body'),
      signatureOf(['a'], '2', 'body'),
      signatureOf(['a'], '1', 'Body'),
    ];

    expect(new Set(made).size).toBe(made.length);
  });

  it('comes with each secret that counts, the newest first', () =>
    expect(signatureOf(['new', 'old'], '1', 'body')).toBe(
      `${signatureOf(['new'], '1', 'body')},${signatureOf(['old'], '1', 'body')}`,
    ));
});
