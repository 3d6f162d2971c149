import { z } from 'zod';

/** What the child is asked for when a log is opened. */
export const LogOptions = z.object({
  /** Of the nodes; 0 for a free one. */
  ports: z.array(z.int()),
  /** Whether the server tells that it knows BatchAppend, so that the client uses it. */
  batchAppend: z.boolean(),
});
export type LogOptions = z.infer<typeof LogOptions>;

/** And what it answers. */
export const OpenedLog = z.object({ id: z.string(), ports: z.array(z.int()) });
export type OpenedLog = z.infer<typeof OpenedLog>;

/** An event that shall not be what it was: one piece of its data is replaced by another that is as long. */
export const Change = z.object({
  stream: z.string(),
  revision: z.int(),
  from: z.string(),
  to: z.string(),
});
export type Change = z.infer<typeof Change>;

export const AboutDouble = z.object({ pid: z.int(), folder: z.string() });
export type AboutDouble = z.infer<typeof AboutDouble>;
