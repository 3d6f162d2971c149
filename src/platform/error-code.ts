/** The `code` of a Node system error ("ENOENT") or of a PostgreSQL error ("57P03"). */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
