import { z } from 'zod';

/** What run.ts and the processes of the peers tell each other. */

/** Peers, and ways to use them, each in a process of its own. */
export type PeerName =
  | 'watchbook'
  | 'function-call'
  | 'transaction'
  | 'emmett'
  | 'emmett-by-default'
  | 'emmett-without-checkpoints'
  | 'copy';

export const Appends = z.object({
  callers: z.int().positive(),
  eventsPerAppend: z.int().positive(),
  /** Streams of their own for each caller, or one for all of them, who try again after a conflict. */
  streams: z.enum(['distinct', 'one']),
  seconds: z.number(),
  /** Before the seconds that count. */
  warmUpSeconds: z.number(),
});
export type Appends = z.infer<typeof Appends>;

/** How fast appends went. */
export const Measured = z.object({
  eventsPerSecond: z.number(),
  /** Of one append, in ms, with its retries after conflicts. */
  p50: z.number(),
  p99: z.number(),
});
export type Measured = z.infer<typeof Measured>;

/** How fast a log was read, and the memory (resident set, in bytes) of the process that read it. */
export const Replayed = z.object({
  events: z.int(),
  seconds: z.number(),
  memoryBefore: z.number(),
  /** The highest while the first tenth of the events was read, and of all. */
  memoryInFirstTenth: z.number(),
  memoryHighest: z.number(),
});
export type Replayed = z.infer<typeof Replayed>;

export const Request = z.discriminatedUnion('do', [
  z.object({ do: z.literal('prepare'), url: z.string() }),
  z.object({ do: z.literal('append'), url: z.string(), appends: Appends }),
  z.object({ do: z.literal('fill'), url: z.string(), events: z.int() }),
  z.object({ do: z.literal('replay'), url: z.string() }),
]);
export type Request = z.infer<typeof Request>;

export const Answer = z.union([
  z.object({ value: z.unknown() }).strict(),
  z.object({ error: z.string() }).strict(),
]);
export type Answer = z.infer<typeof Answer>;
