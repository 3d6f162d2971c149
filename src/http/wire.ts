import { z } from 'zod';
import { text, uuid } from '../commands/fields.js';

/** How things are written in requests and answers of every resource. */
export const wire = {
  id: uuid,
  timestamp: z.iso.datetime({ precision: 3 }),
  message: z.object({ message: z.string() }),
  accepted: z
    .object({ id: z.string() })
    .meta({ description: 'It has happened, and will be visible shortly' }),
};

export const OneId = z.strictObject({ id: uuid });

/** Digits only: what Number() makes of other text is not what anybody meant. */
const whole = (least: number, most: number, otherwise: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, 'Must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `Must be ${least} to ${most}`)
    .default(otherwise);

export const pagingFields = {
  skip: whole(0, 999_999_999, 0).meta({ type: 'integer', minimum: 0, default: 0 }),
  limit: whole(1, 1000, 100).meta({ type: 'integer', minimum: 1, maximum: 1000, default: 100 }),
};

/** `field` or `-field`, out of a fixed list. */
export function sortBy<Field extends string>(
  fields: readonly [Field, ...Field[]],
  otherwise: Field | `-${Field}`,
): z.ZodType<Field | `-${Field}`> {
  const both = fields.flatMap((field): (Field | `-${Field}`)[] => [field, `-${field}`]);
  return z
    .enum(both)
    .optional()
    .transform((sort) => sort ?? otherwise);
}

export const searchText = text(255).min(1);

export const yesOrNo = z.enum(['true', 'false']).transform((value) => value === 'true');

/** A time in any zone, to the millisecond; compared and shown in UTC. */
export const moment = z.iso
  .datetime({
    offset: true,
    error: 'Write a time as 2026-03-03T12:00:00Z; a + in an address is written %2B',
  })
  .transform((time) => new Date(time).toISOString());

/** The millisecond itself counts, too. */
export const pastMoment = moment.refine(
  (time) => Date.parse(time) <= Date.now(),
  'This is yet to come',
);

/** For what can be asked about the past. */
export const asOf = {
  as_of: pastMoment.optional().meta({
    description: 'As it was at this time, for whoever may read it now',
    type: 'string',
    format: 'date-time',
  }),
};

/** Where that is all that can be asked. */
export const AsOf = z.strictObject(asOf);

export function listOf(item: z.ZodType): z.ZodType {
  return z.object({ data: z.array(item), count: z.int() });
}
