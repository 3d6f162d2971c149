import { z } from 'zod';

/**
 * Answers come out of the database as JSON text that is ready to be sent: parsing and writing it again would cost
 * more than the query. The projections guarantee its shape, and their tests hold that against the API description.
 */
/** One resource as JSON, and the revision its ETag is made of. */
export interface One {
  readonly body: string;
  readonly revision: number;
}

export const PageRow = z.object({ data: z.string(), count: z.int() });

/** A page of a list as JSON text: `data` without the brackets of its array, and how many match in all. */
export type Page = z.infer<typeof PageRow>;

export interface Paging {
  readonly skip: number;
  readonly limit: number;
}

/** A field to sort by, `-` before it for the greatest first. */
export type Sort<Field extends string> = Field | `-${Field}`;
