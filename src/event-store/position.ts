/** A place in the global order of the log. Later is greater; nothing else can be concluded from the number. */
export type Position = bigint;

/** Before everything. */
export const start: Position = 0n;

/** The form in which positions leave the process, in headers and in tables. */
export function formatPosition(position: Position): string {
  return position.toString();
}

/** `undefined` for text that `formatPosition` cannot have made. */
export function parsePosition(text: string): Position | undefined {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const position = BigInt(text);
  return position <= largest ? position : undefined;
}

const largest = 2n ** 63n - 1n;
