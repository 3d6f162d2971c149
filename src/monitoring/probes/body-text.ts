import { type TextDecoder } from 'node:util';
import { decoderFor } from '../../outbound/body-excerpt.js';

/** Looks for a text in a body that comes in pieces, in the encoding that the body says it has. */
export class BodySearch {
  isFound = false;
  private tail = '';
  private readonly decoder: TextDecoder;

  constructor(
    private readonly wanted: string,
    contentType: string | undefined,
  ) {
    this.decoder = decoderFor(contentType);
  }

  /** @returns Whether it has been found. */
  push(piece: Buffer): boolean {
    const text = this.tail + this.decoder.decode(piece, { stream: true });
    this.isFound ||= text.includes(this.wanted);
    // What may be the beginning of it is kept for the next piece.
    this.tail = text.slice(Math.max(0, text.length - this.wanted.length + 1));
    return this.isFound;
  }
}
