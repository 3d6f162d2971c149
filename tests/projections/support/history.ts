import { randomUUID } from 'node:crypto';
import { type DomainEvent } from '../../../src/domain/events.js';
import { type RecordedEvent } from '../../../src/event-store/event-store.js';
import { evolve, type Projection } from '../../../src/projections/projection.js';
import { metadata } from '../../event-store/support/events.js';

/** One stream as the log has it: each list is what a command made, a second after the last. */
export function history(...commands: readonly (readonly DomainEvent[])[]): RecordedEvent[] {
  let revision = -1;
  return commands.flatMap((events, second) => {
    const commandId = randomUUID();
    return events.map((event): RecordedEvent => {
      revision += 1;
      return {
        readable: true,
        id: randomUUID(),
        stream: 'one-stream',
        revision,
        position: BigInt(revision + 1),
        recordedAt: timeOf(second),
        event,
        metadata: metadata({ commandId, correlationId: commandId }),
      };
    });
  });
}

/** When the commands of a history happened, counted from 0. */
export function timeOf(second: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
}

/** The row a history leads to; `null` when it ended, `undefined` when there never was one. */
export function rowAfter<Row extends object>(
  projection: Projection<Row>,
  recorded: readonly RecordedEvent[],
): Row | null | undefined {
  let row: Row | null | undefined;
  for (const each of recorded) row = evolve(projection, row ?? undefined, each);
  return row;
}

/** A row that is there. @throws when it is not */
export function rowOf<Row extends object>(
  projection: Projection<Row>,
  ...commands: readonly (readonly DomainEvent[])[]
): Row {
  const row = rowAfter(projection, history(...commands));
  if (!row) throw new Error(`No row in ${projection.name}`);
  return row;
}

/** What a query makes of a row's view, once it has put in what other tables know. */
export function completed<Row extends object>(
  projection: Projection<Row>,
  row: Row,
  rest: object = {},
): unknown {
  const fields = JSON.stringify(rest).slice(1);
  const separator = fields === '}' ? '' : ',';
  return JSON.parse(projection.openView(row) + separator + fields);
}
