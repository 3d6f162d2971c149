import { type UserActor } from './actor.js';

/** Who somebody is right now. */
export interface KnownUser {
  readonly id: string;
  readonly email: string;
  readonly isActive: boolean;
  /** The password that counts now; tokens handed out under another one are worth nothing. */
  readonly credentialId: string;
  readonly actor: UserActor;
}

/** Knows all users as they are now: every change is in it before the command that made it answers. */
export interface UserDirectory {
  /** @throws DirectoryIsBehind, as do the others. */
  byId(userId: string): KnownUser | undefined;
  byEmail(email: string): KnownUser | undefined;
  /**
   * Resolves when everything is known that stood in the log when it was called. Needed only for what another process
   * may have done. @throws DirectoryIsBehind when that takes long
   */
  catchUp(): Promise<void>;
  /** Whether any user has this role. */
  isRoleInUse(role: string): boolean;
}

/** The log could not be followed for some seconds: rather nobody gets in than somebody who was shut out. */
export class DirectoryIsBehind extends Error {
  override readonly name = 'DirectoryIsBehind';
}
