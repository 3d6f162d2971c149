/** What a stream's metadata hides from those who read the stream; `$all` shows it nevertheless. */
export interface StreamMetadata {
  /** Revisions below it are hidden. */
  readonly truncateBefore: number;
  readonly maxCount: number;
  readonly maxAgeMs: number;
  readonly isDeleted?: boolean;
}

export function metastreamOf(stream: string): string {
  return `$$${stream}`;
}

export function isMetastream(stream: string): boolean {
  return stream.startsWith('$$');
}

export function originalOf(metastream: string): string {
  return metastream.slice(2);
}

export function readMetadata(data: Uint8Array | undefined): StreamMetadata {
  const json: unknown = data === undefined ? {} : JSON.parse(Buffer.from(data).toString('utf8'));
  const truncateBefore = number(json, '$tb') ?? 0;
  return {
    truncateBefore,
    maxCount: number(json, '$maxCount') ?? Infinity,
    maxAgeMs: (number(json, '$maxAge') ?? Infinity) * 1000,
    // The server's own mark: the largest revision there can be.
    isDeleted: truncateBefore >= 2 ** 63,
  };
}

function number(json: unknown, key: string): number | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const value: unknown = Reflect.get(json, key);
  return typeof value === 'number' ? value : undefined;
}
