import { TextDecoder } from 'node:util';

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

/** The beginning of a body as text that can be stored: at most 1 KiB as UTF-8, without control characters. */
export function excerptOf(body: Buffer, contentType: string | undefined): string {
  const text = decoderFor(contentType)
    .decode(body.subarray(0, maxExcerptBytes), { stream: true })
    .replace(/(?![\n\t])\p{Cc}/gu, '');
  // In another encoding it may have become longer. A character that was cut in the middle is left out.
  const bytes = Buffer.from(text, 'utf8').subarray(0, maxExcerptBytes);
  return new TextDecoder().decode(bytes, { stream: true });
}

export const maxExcerptBytes = 1024;

function decoderFor(contentType: string | undefined): TextDecoder {
  const [, charset = 'utf-8'] = /;\s*charset="?([^\s;"]+)/i.exec(contentType ?? '') ?? [];
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
