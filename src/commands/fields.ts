import { z } from 'zod';

/** One line of text for people, without outer spaces: no control characters, nothing that cannot be stored. */
export function line(max: number): z.ZodString {
  return z
    .string()
    .trim()
    .min(1, 'Must not be empty')
    .max(max)
    .refine(isStorable, notStorable)
    .refine((value) => !/\p{Cc}/u.test(value), 'Must not hold control characters');
}

/** Text of any shape that every store can hold. */
export function text(max: number): z.ZodString {
  return z.string().max(max).refine(isStorable, notStorable);
}

export const uuid = z.uuid({ error: 'Must be a UUID' }).transform((id) => id.toLowerCase());

function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}

const notStorable = 'Must not hold NUL characters or half surrogate pairs';
