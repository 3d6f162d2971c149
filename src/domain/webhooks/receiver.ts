import { parsedUrl } from '../parsed-url.js';

/** Where notifications go: an address for HTTP requests, or somebody's mailbox. */
export type Receiver =
  { readonly kind: 'http'; readonly url: string } | { readonly kind: 'mail'; readonly to: string };

/** @returns `undefined` for what is neither; see `receiverProblem`. */
export function receiverOf(url: string): Receiver | undefined {
  if (/^mailto:/i.test(url)) {
    const to = url.slice('mailto:'.length);
    return isMailbox(to) ? { kind: 'mail', to } : undefined;
  }
  return isHttpAddress(url) ? { kind: 'http', url } : undefined;
}

/** Says what is wrong with an address, in words for its owner; `undefined` when it can be sent to. */
export function receiverProblem(url: string): string | undefined {
  if (receiverOf(url) !== undefined) return undefined;
  if (/^mailto:/i.test(url)) return 'Write one mailbox, such as mailto:somebody@example.org';
  if (/^https?:\/\/[^/?#]*@/i.test(url))
    return 'Leave the user name and password out: requests are signed with the secret instead';
  return 'Write a full address, such as https://example.org/hook or mailto:somebody@example.org';
}

/** One plain address (RFC 5321, 4.1.2, without quotes): no list, no name, no headers. */
function isMailbox(text: string): boolean {
  return (
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(
      text,
    ) && text.length <= 254
  );
}

function isHttpAddress(url: string): boolean {
  if (!/^https?:\/\/[^/@]/i.test(url) || /[\s\p{Cc}\\]/u.test(url)) return false;
  const address = parsedUrl(url);
  return (
    address !== undefined &&
    address.username === '' &&
    address.password === '' &&
    address.port !== '0'
  );
}
