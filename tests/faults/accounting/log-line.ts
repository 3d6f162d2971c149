import { type Position } from '../../../src/event-store/position.js';

/** What the judge looks at of each event in the log. */
export interface LogLine {
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  /** Which event it is, by its writer's word; `undefined` for events of others. */
  readonly mark: string | undefined;
}
