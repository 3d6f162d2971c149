import { z } from 'zod';
import { refusal, type Scope } from './policy.js';

/**
 * Answers come out of the database as JSON text that is ready to be sent: parsing and writing it again would cost
 * more than the query. The projections guarantee its shape, and their tests hold that against the API description.
 */
export const OneRow = z.object({
  body: z.string(),
  revision: z.int(),
  /** Whether the actor's scope covers it. */
  is_visible: z.boolean(),
});

/** One resource as JSON, and the revision its ETag is made of. */
export interface One {
  readonly body: string;
  readonly revision: number;
}

/** @throws QueryRefused when it exists, and the scope does not cover it. */
export function visible(row: z.infer<typeof OneRow> | null, scope: Scope): One | undefined {
  if (row === null) return undefined;
  if (!row.is_visible) throw refusal(scope);
  return { body: row.body, revision: row.revision };
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
