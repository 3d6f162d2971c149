export type UserEvent =
  | UserEventOf<
      'UserRegistered',
      { email: string; fullName: string | null; role: string; credentialId: string }
    >
  | UserEventOf<'UserEmailChanged', { email: string }>
  | UserEventOf<'UserRenamed', { fullName: string | null }>
  /** Tokens handed out under an earlier credential end with this. The password itself is never in the log. */
  | UserEventOf<'UserPasswordChanged', { credentialId: string }>
  | UserEventOf<'UserRoleAssigned', { role: string }>
  | UserEventOf<'SuperuserGranted', object>
  | UserEventOf<'SuperuserRevoked', object>
  | UserEventOf<'UserDeactivated', object>
  | UserEventOf<'UserReactivated', object>
  | UserEventOf<'UserDeleted', { reassignServicesTo: string | null }>
  /** Somebody else took over an e-mail address this user had claimed and not come to bear. */
  | UserEventOf<'UserEmailForfeited', object>;

interface UserEventOf<Type extends string, Data extends object> {
  readonly type: Type;
  readonly data: Readonly<{ userId: string } & Data>;
}

/** The active superusers, in one stream: the only place where "the last one" can be decided without a race. */
export type SuperuserRosterEvent =
  RosterEventOf<'SuperuserEnlisted'> | RosterEventOf<'SuperuserDischarged'>;

interface RosterEventOf<Type extends string> {
  readonly type: Type;
  /** `asOf`: the revision of the user's stream this rests on. */
  readonly data: { readonly userId: string; readonly asOf: number };
}
