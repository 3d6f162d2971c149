/**
 * The URL, if it is one. Not `URL.canParse`: compiled, that of Node 20 takes the bytes of Latin-1 text for UTF-8, and
 * refuses what has an umlaut in it after some thousand calls.
 */
export function parsedUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
