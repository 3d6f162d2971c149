import { z } from 'zod';
import { healthNotifications, notifiedEvents } from '../../domain/webhooks/notified-event.js';
import { line, uuid } from '../fields.js';

const ids = z.array(uuid).max(100).refine(isDistinct, 'Name each of them once');

export const webhookFields = {
  url: line(2000),
  events: z
    .array(z.enum(notifiedEvents))
    .min(1, 'A webhook that hears nothing is none: delete it instead')
    .refine(isDistinct, 'Name each of them once'),
  tagIds: ids,
  serviceIds: ids,
};

/** Whoever says nothing wants to hear when something breaks, and when it is well again. */
export const defaultEvents = healthNotifications;

function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
