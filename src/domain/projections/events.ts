/** What administrators, and Watchbook itself, do to a projection. The streams are named after the projections. */
export type ProjectionEvent =
  | ProjectionEventOf<'ProjectionRebuildRequested', { rebuildId: string; version: number | null }>
  | ProjectionEventOf<'ProjectionRollbackRequested', { rebuildId: string }>
  | ProjectionEventOf<'ProjectionRebuildCancelled', { rebuildId: string }>
  | ProjectionEventOf<
      'ProjectionRebuildEnded',
      { rebuildId: string; outcome: RebuildOutcome; reason: string | null }
    >
  | ProjectionEventOf<'ProjectionRetried', { eventId: string }>
  | ProjectionEventOf<'ProjectionEventSkipped', { eventId: string; version: number }>;

/** Whether the new table took over, and if not, whether somebody wanted it so. */
export type RebuildOutcome = (typeof rebuildOutcomes)[number];

export const rebuildOutcomes = ['swapped', 'cancelled', 'failed'] as const;

interface ProjectionEventOf<Type extends string, Data extends object> {
  readonly type: Type;
  readonly data: Readonly<{ projection: string } & Data>;
}
