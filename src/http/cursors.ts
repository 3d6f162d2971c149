import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Cursors say where the next page of a list begins. They are signed together with what was asked for, so that one
 * that was changed, made up, or taken from another list is recognised.
 */
export class Cursors {
  /** @param secret Processes that serve the same clients must share it. */
  constructor(private readonly secret: Buffer) {}

  /** @param list What was asked for: the list's name and its filters. */
  make(position: bigint, list: readonly unknown[]): string {
    const place = position.toString();
    return `${place}.${this.signatureOf(place, list).toString('base64url')}`;
  }

  /** The position a cursor says; `undefined` for one that is not ours, or of another list. */
  read(cursor: string, list: readonly unknown[]): bigint | undefined {
    const { place, signature } =
      /^(?<place>[0-9]{1,18})\.(?<signature>[\w-]{22})$/.exec(cursor)?.groups ?? {};
    if (place === undefined || signature === undefined) return undefined;
    const given = Buffer.from(signature, 'base64url');
    if (!timingSafeEqual(given, this.signatureOf(place, list))) return undefined;
    return BigInt(place);
  }

  private signatureOf(place: string, list: readonly unknown[]): Buffer {
    const text = JSON.stringify([place, ...list.map((part) => part ?? null)]);
    return createHmac('sha256', this.secret).update(text).digest().subarray(0, 16);
  }
}
