import { type ProjectionEvent, type RebuildOutcome } from '../../domain/projections/events.js';
import { phrase, plainly, type Sentences } from './telling.js';

/** What administrators, and Watchbook itself, did to read models. */
export const projectionSentences: Sentences<ProjectionEvent['type'], undefined> = {
  ProjectionRebuildRequested: ({ projection, version }) => {
    const why = version === null ? [] : [` for its version ${version}`];
    return plainly(phrase`asked for projection ${{ name: projection }} to be rebuilt${why}`);
  },
  ProjectionRollbackRequested: ({ projection }) =>
    plainly(
      phrase`asked for projection ${{ name: projection }} to go back to its table before the last rebuild`,
    ),
  ProjectionRebuildCancelled: ({ projection }) =>
    plainly(phrase`cancelled the rebuild of projection ${{ name: projection }}`),
  ProjectionRebuildEnded: ({ projection, outcome, reason }) => {
    const because = reason === null ? [] : [`: ${reason}`];
    return plainly(
      phrase`ended the rebuild of projection ${{ name: projection }}, ${outcomes[outcome]}${because}`,
    );
  },
  ProjectionRetried: ({ projection, eventId }) =>
    plainly(phrase`let projection ${{ name: projection }} try event ${eventId} again`),
  ProjectionEventSkipped: ({ projection, eventId }) =>
    plainly(phrase`let projection ${{ name: projection }} skip event ${eventId}`),
};

const outcomes: Readonly<Record<RebuildOutcome, string>> = {
  swapped: 'and its new table took over',
  cancelled: 'because it was cancelled',
  failed: 'because it failed',
};
