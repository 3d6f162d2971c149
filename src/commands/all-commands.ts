import { type AnyCommand } from './command.js';
import { assessHealth, forgetHealth } from './health/health-commands.js';
import {
  cancelRebuild,
  endRebuild,
  requestRebuild,
  requestRollback,
  retryProjection,
  skipProjectionEvent,
} from './projections/projection-commands.js';
import { defineRole, ensureBuiltInRole, removeRole } from './roles/role-commands.js';
import { changeService } from './services/change-service.js';
import { registerService } from './services/register-service.js';
import { restoreService } from './services/restore-service.js';
import {
  checkService,
  deleteService,
  pauseService,
  resumeService,
  tagService,
  transferService,
  untagService,
} from './services/service-actions.js';
import { changeTag, createTag, deleteTag } from './tags/tag-commands.js';
import {
  changeOwnAccount,
  changeOwnPassword,
  changeUser,
  deleteOwnAccount,
  deleteUser,
  registerUser,
  signUp,
} from './users/user-commands.js';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  disableWebhook,
  enableWebhook,
  retryDelivery,
  rotateWebhookSecret,
  testWebhook,
} from './webhooks/webhook-commands.js';

/** Every command there is; the bus looks up all their policies when it starts. */
export const allCommands: readonly AnyCommand[] = [
  registerService,
  changeService,
  tagService,
  untagService,
  pauseService,
  resumeService,
  transferService,
  deleteService,
  restoreService,
  checkService,
  assessHealth,
  forgetHealth,
  createTag,
  changeTag,
  deleteTag,
  defineRole,
  ensureBuiltInRole,
  removeRole,
  requestRebuild,
  requestRollback,
  cancelRebuild,
  endRebuild,
  retryProjection,
  skipProjectionEvent,
  signUp,
  registerUser,
  changeOwnAccount,
  changeUser,
  changeOwnPassword,
  deleteOwnAccount,
  deleteUser,
  createWebhook,
  changeWebhook,
  rotateWebhookSecret,
  disableWebhook,
  enableWebhook,
  deleteWebhook,
  testWebhook,
  retryDelivery,
];
