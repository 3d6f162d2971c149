import { describe, expect, it } from '@jest/globals';
import { receiverOf, receiverProblem } from '../../../src/domain/webhooks/receiver.js';

describe('An address that can be sent to', () => {
  it.each([
    'https://example.org',
    'http://10.0.0.1:8080/hook?team=ops#here',
    'HTTPS://münchen.example/häkchen',
    'https://[2001:db8::1]/',
  ])('is the URL %s', (url) => {
    expect(receiverOf(url)).toEqual({ kind: 'http', url });
    expect(receiverProblem(url)).toBeUndefined();
  });

  it.each(['somebody@example.org', 'first.last+tag@mail.example.org', 'root@localhost'])(
    'is the mailbox %s',
    (to) => {
      expect(receiverOf(`mailto:${to}`)).toEqual({ kind: 'mail', to });
      expect(receiverProblem(`MAILTO:${to}`)).toBeUndefined();
    },
  );
});

describe('An address that cannot be sent to', () => {
  it.each([
    ...['', 'example.org', 'ftp://example.org', 'http://', 'https:///path', 'http://[', '//x'],
    ...['https://example.org:0/', 'https://example.org:99999/', 'https://exa mple.org'],
    ...['https://example.org\\@other.example', 'https://example.org/\n', 'javascript:alert(1)'],
    ...['https://user:password@example.org/', 'https://user@example.org/'],
    ...['mailto:', 'mailto:nobody', 'mailto:a@b@c', 'mailto:a@-example.org', 'mailto:a@b.'],
    ...['mailto:a@example.org,b@example.org', 'mailto:a@example.org?cc=b@example.org'],
    ...['mailto:Somebody <a@example.org>', 'mailto:a@example.org%0ABcc:b@example.org'],
    ...['mailto:a@example.org\nBcc: b@example.org', `mailto:${'a'.repeat(65)}@example.org`],
  ])('is %j, and it is said why', (url) => {
    expect(receiverOf(url)).toBeUndefined();
    expect(receiverProblem(url)).toMatch(/^(Write|Leave) /);
  });
});
