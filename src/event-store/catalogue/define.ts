import { type z } from 'zod';

/** How events of one type are written and read. */
export interface EventDefinition<Data> {
  /** Counts up from 1 whenever the shape of the data changes. */
  readonly version: number;
  /** The data at that version; checked before an event is appended, and again when it is read. */
  readonly data: z.ZodType<Data>;
  /** From each earlier version to the next one: `upcasters[1]` makes data of version 1 into data of version 2. */
  readonly upcasters?: Readonly<Record<number, (data: unknown) => unknown>>;
  /** Fields that tell something about a person; they are stored encrypted with that person's key. */
  readonly personal?: {
    readonly of: keyof Data & string;
    readonly fields: readonly (keyof Data & string)[];
  };
}

interface AnyEvent {
  readonly type: string;
  readonly data: object;
}

/** One definition for each type of event, none forgotten: the compiler counts them. */
export type EventDefinitions<Event extends AnyEvent> = {
  readonly [Type in Event['type']]: EventDefinition<Extract<Event, { type: Type }>['data']>;
};
