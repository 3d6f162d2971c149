/** Somebody wanted something and was not allowed to. */
export interface RefusalEvent {
  readonly type: 'CommandRefused';
  readonly data: {
    readonly actorId: string;
    readonly command: string;
    /** What it was about, as the name of a stream. */
    readonly target: string;
    readonly reason: string;
    /** How many further refusals of this actor were left out since the last one that was recorded. */
    readonly unrecorded: number;
  };
}
