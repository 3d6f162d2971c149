import { z } from 'zod';
import { line } from '../fields.js';

export const tagFields = {
  name: line(50).normalize('NFC'),
  color: z.string().regex(/^#[0-9a-fA-F]{6}$/, 'Must be a colour such as #6366f1'),
};

export const defaultColor = '#6366f1';
