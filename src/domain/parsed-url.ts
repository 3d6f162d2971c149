/**
 * A URL, or `undefined` for what is none. Not `URL.canParse`: compiled, that of Node 20 takes the bytes of Latin-1 text for
 * UTF-8, and refuses every address with an umlaut after some thousand calls.
 */
export function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
