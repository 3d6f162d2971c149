import { TextDecoder } from 'node:util';

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

/** For the encoding that a body says it has; UTF-8 where that is not known. */
export function decoderFor(contentType: string | undefined): TextDecoder {
  const [, charset = 'utf-8'] = /;\s*charset="?([^\s;"]+)/i.exec(contentType ?? '') ?? [];
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
