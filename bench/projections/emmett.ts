import {
  getPostgreSQLEventStore,
  pongoSingleStreamProjection,
  rebuildPostgreSQLProjections,
} from '@event-driven-io/emmett-postgresql';
import { type Client } from 'pg';
import { checked, eventTypes, findDefinition } from '../../src/event-store/catalogue/catalogue.js';
import { checkedMetadata } from '../../src/event-store/metadata.js';
import { evolve } from '../../src/projections/projection.js';
import { type ServiceRow, services } from '../../src/projections/services.js';

interface LoggedEvent {
  readonly stream: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: object;
}

/** Copies the events of so many services from our log into one of emmett's. @returns how many events it has */
export async function fillEmmett(url: string, client: Client, streams: number): Promise<number> {
  const { rows } = await client.query<LoggedEvent>(
    `SELECT stream, type, data, metadata
       FROM log.events
      WHERE stream IN (SELECT stream FROM log.events WHERE position <= $1)
      ORDER BY stream, revision`,
    [streams],
  );
  const byStream = new Map<string, LoggedEvent[]>();
  for (const event of rows) {
    const before = byStream.get(event.stream);
    if (before === undefined) byStream.set(event.stream, [event]);
    else before.push(event);
  }
  const store = getPostgreSQLEventStore(url);
  try {
    await store.schema.migrate();
    for (const [stream, events] of byStream)
      await store.appendToStream(stream, events, { expectedStreamVersion: 0n });
  } finally {
    await store.close();
  }
  return rows.length;
}

/** Emmett's own rebuild of a projection, with our row function: a document for each service. */
export async function rebuildWithEmmett(url: string, collectionName: string): Promise<void> {
  const projection = pongoSingleStreamProjection<ServiceRow>({
    collectionName,
    canHandle: eventTypes.filter((type) => services.on[type] !== 'ignored'),
    evolve(document, { type, data, metadata }) {
      const definition = findDefinition(type);
      if (definition === undefined) throw new Error(`Unreachable: ${type} is one of ours`);
      const row = evolve(services, document ?? undefined, {
        readable: true,
        id: '',
        stream: 'service-of-emmett',
        revision: 0,
        position: 0n,
        recordedAt: '',
        event: checked(definition, data),
        metadata: checkedMetadata(ours(metadata)),
      });
      return row ?? null;
    },
  });
  const pulling = { batchSize: 1_000, pullingFrequencyInMs: 0 };
  const rebuild = rebuildPostgreSQLProjections({ connectionString: url, pulling, projection });
  try {
    await rebuild.start();
  } finally {
    await rebuild.close();
  }
}

const known = new Set([
  ...['actor', 'command', 'commandId', 'correlationId', 'causationId', 'requestId', 'allowedBy'],
]);

/** Without what emmett adds. */
function ours(metadata: object): object {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => known.has(name)));
}
