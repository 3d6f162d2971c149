import { type z } from 'zod';
import { type EventOfType, type EventType } from '../domain/events.js';
import { type RecordedEvent } from '../event-store/event-store.js';

/**
 * A read model: a table, and a pure function from a row and an event to the row afterwards. The same function serves
 * the live table, a rebuild, its verification, and what the table looked like at some moment.
 */
export interface Projection<Row extends object> {
  /** Also the name of its table, in the schema `read`. */
  readonly name: string;
  /** Counts up when rows come out differently; the table is then built anew. */
  readonly version: number;
  /** What a row looks like when it comes back from the database as JSON. */
  readonly row: z.ZodType<Row>;
  readonly columns: { readonly [Column in keyof Row & string]: SqlType };
  readonly key: keyof Row & string;
  /** Statements that come after `CREATE TABLE`; `TABLE` stands for the table's name. */
  readonly indexes: readonly string[];
  /** The row an event is about; `undefined` when it is about none here. */
  keyOf(recorded: RecordedEvent): string | undefined;
  /** The public JSON of a row, without its closing brace: queries add what other tables know, and close it. */
  openView(row: Row): string;
  /** Every type of event is handled or knowingly ignored; forgetting one does not compile. */
  readonly on: { readonly [Type in EventType]: Handler<Row, Type> | 'ignored' };
}

/** `null` ends the row; `undefined` stands for a row that does not exist. */
export type Handler<Row, Type extends EventType> = (
  row: Row | undefined,
  data: EventOfType<Type>['data'],
  recorded: RecordedEvent,
) => Row | null | undefined;

export type SqlType =
  'uuid' | 'text' | 'boolean' | 'integer' | 'bigint' | 'timestamptz' | 'json' | 'uuid[]' | 'text[]';

/** The row after an event: `null` when that ends it, `undefined` when there is none before and after. */
export function evolve<Row extends object>(
  definition: Projection<Row>,
  row: Row | undefined,
  recorded: RecordedEvent,
): Row | null | undefined {
  return dispatch(definition.on, row, recorded.event, recorded);
}

function dispatch<Row extends object, Type extends EventType>(
  on: Projection<Row>['on'],
  row: Row | undefined,
  event: { readonly type: Type; readonly data: EventOfType<Type>['data'] },
  recorded: RecordedEvent,
): Row | null | undefined {
  const handler: Handler<Row, Type> | 'ignored' = on[event.type];
  return handler === 'ignored' ? row : handler(row, event.data, recorded);
}

/** Names event types that have nothing to say to a projection. */
export function ignoring<Type extends EventType>(
  ...types: readonly Type[]
): Readonly<Record<Type, 'ignored'>> {
  const entries: Partial<Record<Type, 'ignored'>> = {};
  for (const type of types) entries[type] = 'ignored';
  if (!isComplete(entries, types)) throw new Error('Unreachable: every type was entered');
  return entries;
}

function isComplete<Type extends EventType>(
  entries: Partial<Record<Type, 'ignored'>>,
  types: readonly Type[],
): entries is Record<Type, 'ignored'> {
  return types.every((type) => entries[type] === 'ignored');
}
