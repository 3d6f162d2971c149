import { PostgresPersonKeys } from '../accounts/person-keys.js';
import { AuditLog } from '../audit/audit-log.js';
import { type Narrator } from '../audit/narrator.js';
import { findSealKey, loadSealKey, type SealPublicKey } from '../audit/seals/seal-key.js';
import { SealArchive } from '../audit/seals/seal-archive.js';
import { Sealer } from '../audit/seals/sealer.js';
import { type ProcessActor } from '../domain/access/actor.js';
import { type StoredEntry } from '../event-store/codec.js';
import { EventCodec } from '../event-store/codec.js';
import { type EventStore } from '../event-store/event-store.js';
import { start } from '../event-store/position.js';
import { auditChunkBits } from '../platform/audit-chunks.js';
import { type Configuration } from '../platform/configuration.js';
import { type Logger } from '../platform/logger.js';
import { createPool } from '../platform/postgres.js';
import { AuditQueries } from '../queries/audit/audit-queries.js';
import { Counts } from '../queries/counts.js';
import { openDatabase } from '../queries/database.js';
import { ReadAuditPolicy, ReadOwnAccountPolicy, ReadUsersPolicy } from '../queries/policy.js';
import { UserQueries } from '../queries/users/user-queries.js';
import { visitDatabaseServer } from './database.js';
import { openEventStore, reachEventStore } from './event-store.js';

/** What the command line needs to look into the log, beside a running Watchbook or without one. */
export interface AuditTools {
  readonly store: EventStore;
  readonly audit: AuditLog;
  /** Whoever may read the database may read everything in it. */
  readonly reader: ProcessActor;
  readonly narrator: Narrator;
  readonly sealer: Sealer;
  readonly archive: SealArchive;
  /** The log from its beginning, as it is kept. */
  storedEntries(): AsyncIterable<StoredEntry>;
  /** The public part of this data folder's key, if there is one. */
  publicKey(): Promise<SealPublicKey | undefined>;
}

export async function withAuditTools<T>(
  configuration: Configuration,
  log: Logger,
  use: (tools: AuditTools) => Promise<T>,
): Promise<T> {
  await reachEventStore(configuration);
  const server = await visitDatabaseServer(configuration, (message) => log.info(message));
  const { url } = server;
  const pool = createPool(url, 3, log);
  const database = await openDatabase(url, 2);
  const codec = new EventCodec(new PostgresPersonKeys(pool));
  const opened = await openEventStore(configuration, codec, { pool, url });
  const { store, stored } = opened;
  const people = new UserQueries(
    database,
    new ReadUsersPolicy(),
    new ReadOwnAccountPolicy(),
    new Counts(() => undefined),
  );
  const chunkBits = auditChunkBits(configuration.eventStore);
  const queries = new AuditQueries(database, new ReadAuditPolicy(), chunkBits);
  const audit = new AuditLog(store, queries, people);
  const archive = new SealArchive(pool);
  const { dataDir } = configuration;
  try {
    return await use({
      store,
      audit,
      reader,
      narrator: audit.narratorFor(reader),
      sealer: new Sealer({
        log: stored,
        identity: () => store.identity(),
        archive,
        key: () => loadSealKey(dataDir),
      }),
      archive,
      async *storedEntries() {
        for await (const page of stored.pages(start)) yield* page;
      },
      publicKey: async () => (await findSealKey(dataDir))?.publicKey,
    });
  } finally {
    await opened.close();
    await database.end();
    await pool.end();
    await server.stop();
  }
}

const reader: ProcessActor = { kind: 'process', id: 'audit' };
