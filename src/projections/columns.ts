import { z } from 'zod';

/** A timestamp as Postgres writes it into JSON, brought to UTC, ISO 8601 with milliseconds and `Z`. */
export const timestamp = z.string().transform((text) => new Date(text).toISOString());

/** JSON without its closing brace, for a query to complete. */
export function openJson(view: object): string {
  return JSON.stringify(view).slice(0, -1);
}
