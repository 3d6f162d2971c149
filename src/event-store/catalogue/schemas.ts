import { z } from 'zod';
import { permissions } from '../../domain/access/permissions.js';
import { isUuid } from '../uuid.js';

/** Text that every store and every reader can hold: no NUL, no half of a surrogate pair. */
export const text = (max: number): z.ZodString =>
  z
    .string()
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'Not storable text');

export const id = z.stringFormat('uuid', isUuid);

export const permissionList = z.array(z.enum(permissions)).readonly();
