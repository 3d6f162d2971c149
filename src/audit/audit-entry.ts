/** One entry of the audit log, as it is shown: in answers, in exports and on the command line. */
export interface AuditEntry {
  /** Opaque; grows along the log. */
  readonly position: string;
  readonly event_id: string;
  readonly recorded_at: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly outcome: 'accepted' | 'refused';
  /** Names of things stand between asterisks: `Ana renamed service *a* to *b*`. */
  readonly sentence: string;
  readonly changes: readonly AuditChange[];
  /** Null, as everything after it, for an entry that cannot be read. */
  readonly actor: AuditActor | null;
  readonly command: string | null;
  readonly command_id: string | null;
  /** Why a command was refused. */
  readonly reason: string | null;
  /** What the permission rested on. */
  readonly allowed_by: string | null;
  readonly correlation_id: string | null;
  readonly causation_id: string | null;
  readonly request_id: string | null;
}

export interface AuditActor {
  readonly kind: 'user' | 'process' | 'anonymous';
  readonly id: string;
  /** What they are called now. */
  readonly name: string;
}

export interface AuditChange {
  readonly field: string;
  readonly old: unknown;
  readonly new: unknown;
}
