/** A place in the global order of the log. Later is greater; nothing else can be concluded from the number. */
export type Position = bigint;

/** Before everything. */
export const start: Position = 0n;
