/**
 * As much of emmett 0.42 as is measured. It is installed when the benchmark first runs; what is checked before must
 * not need it.
 */
declare module '@event-driven-io/emmett-postgresql' {
  export interface EmmettEvent {
    readonly type: string;
    readonly data: object;
    readonly metadata: object;
  }

  export interface EmmettStore {
    readonly schema: { migrate(): Promise<unknown> };
    appendToStream(
      stream: string,
      events: readonly EmmettEvent[],
      options: { readonly expectedStreamVersion: bigint },
    ): Promise<unknown>;
    /** From a version on, inclusive; versions count from 1, and 0 means that nothing was found. */
    readStream(
      stream: string,
      options: { readonly from: bigint },
    ): Promise<{ readonly currentStreamVersion: bigint }>;
    consumer(options?: EmmettConsumerOptions): EmmettConsumer;
    close(): Promise<void>;
  }

  export interface EmmettConsumerOptions {
    /** How many events are read at once, 100 by default, and the pause after that, 50 ms by default. */
    readonly pulling?: { readonly batchSize: number; readonly pullingFrequencyInMs: number };
    readonly stopWhen?: { readonly noMessagesLeft: boolean };
    readonly processors?: readonly EmmettProcessor[];
  }

  /** What receives the batches. */
  export interface EmmettProcessor {
    readonly id: string;
    readonly instanceId: string;
    readonly type: 'reactor';
    readonly isActive: boolean;
    init(): Promise<void>;
    start(): Promise<'BEGINNING'>;
    close(): Promise<void>;
    handle(events: readonly unknown[]): Promise<void>;
  }

  export interface EmmettConsumer {
    reactor(options: {
      readonly processorId: string;
      readonly startFrom: 'BEGINNING';
      readonly eachMessage: () => Promise<void>;
    }): unknown;
    /** Returns when it has stopped. */
    start(): Promise<void>;
    close(): Promise<void>;
  }

  export interface EmmettProjection {
    readonly name?: string;
  }

  /** A document for each stream, named after it. */
  export function pongoSingleStreamProjection<Document extends object>(options: {
    readonly collectionName: string;
    readonly canHandle: readonly string[];
    readonly evolve: (document: Document | null, event: EmmettEvent) => Document | null;
  }): EmmettProjection;

  /** Empties the collection, and projects the whole log into it when it is started. */
  export function rebuildPostgreSQLProjections(options: {
    readonly connectionString: string;
    readonly pulling?: { readonly batchSize: number; readonly pullingFrequencyInMs: number };
    readonly projection: EmmettProjection;
  }): Pick<EmmettConsumer, 'start' | 'close'>;

  export function getPostgreSQLEventStore(url: string): EmmettStore;
}

declare module '@event-driven-io/emmett' {
  export function isExpectedVersionConflictError(error: unknown): boolean;
}
