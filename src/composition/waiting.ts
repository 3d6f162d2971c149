import { type Position } from '../event-store/position.js';
import { type ReadModelGate } from '../projections/read-model-gate.js';

/** Waits until everything that answers requests here knows of a position: read models and directory. */
export class Waiting {
  constructor(private readonly gates: readonly ReadModelGate[]) {}

  async until(position: Position, timeoutMs: number): Promise<boolean> {
    const reached = await Promise.all(this.gates.map((gate) => gate.waitFor(position, timeoutMs)));
    return reached.every(Boolean);
  }
}
