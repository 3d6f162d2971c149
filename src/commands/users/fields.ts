import { z } from 'zod';
import { line, text } from '../fields.js';
import { roleFields } from '../roles/role-commands.js';

export const userFields = {
  /** RFC 5321 allows more than any mailbox in use; this is what people type. */
  email: z
    .string()
    .trim()
    .toLowerCase()
    .max(255)
    .regex(
      /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}.]+(\.[^\s@<>()[\]\\,;:"\p{Cc}.]+)*$/u,
      {
        error: 'Must be an e-mail address',
      },
    )
    .refine((value) => value.isWellFormed(), 'Must be an e-mail address')
    .normalize('NFC'),
  fullName: line(255).nullable(),
  role: roleFields.name,
  isActive: z.boolean(),
  isSuperuser: z.boolean(),
  password: text(128).min(8),
};
