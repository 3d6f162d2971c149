import { type Fault } from '../accounting/judge.js';
import { type Report } from '../accounting/report.js';

/** Something bad that happens while events are appended and followed, and what is told and found then. */
export interface Scenario {
  readonly name: string;
  /** What happens, as a clause. */
  readonly fault: string;
  /** How often it happens in one run. */
  readonly rounds: { readonly short: number; readonly long: number };
  /** Why it cannot happen on this computer; `undefined` when it can. */
  readonly impossible?: () => Promise<string | undefined>;
  readonly run: (rounds: number) => Promise<Report>;
  /** The same, with something naive in place of what Watchbook does: it shows that the fault would be found. */
  readonly control: Control;
}

export interface Control {
  /** What is naive. */
  readonly naivety: string;
  /** What must be found. */
  readonly exposes: Fault;
  readonly run: () => Promise<Report>;
}
