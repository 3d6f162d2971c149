import { generateKeyPairSync } from 'node:crypto';
import { type Pool } from 'pg';
import { ChainWithExported } from '../../../src/audit/seals/exported.js';
import { type Seal } from '../../../src/audit/seals/seal.js';
import { SealArchive } from '../../../src/audit/seals/seal-archive.js';
import { SealKey } from '../../../src/audit/seals/seal-key.js';
import { Sealer } from '../../../src/audit/seals/sealer.js';
import { type Verdict } from '../../../src/audit/seals/verdict.js';
import { verify } from '../../../src/audit/seals/verification.js';
import { EventCodec, type StoredEntry } from '../../../src/event-store/codec.js';
import { PostgresStoredLog } from '../../../src/event-store/postgres/stored-log.js';
import { type StoredLog } from '../../../src/event-store/stored-log.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createPool } from '../../../src/platform/postgres.js';
import { InMemoryPersonKeys } from '../../event-store/support/in-memory-person-keys.js';
import { PostgresLog } from '../../event-store/support/postgres.js';

export function newKey(): SealKey {
  return new SealKey(generateKeyPairSync('ed25519').privateKey);
}

/** A log in a database of its own, with somebody who seals it. */
export class SealedLog {
  readonly store;
  readonly archive: SealArchive;
  readonly sealer: Sealer;
  private readonly stored: StoredLog;

  private constructor(
    readonly log: PostgresLog,
    readonly pool: Pool,
    readonly key: SealKey,
  ) {
    this.store = log.open();
    this.stored = new PostgresStoredLog(
      'the sealed log',
      pool,
      new EventCodec(new InMemoryPersonKeys()),
    );
    this.archive = new SealArchive(pool);
    this.sealer = this.sealerWith(key);
  }

  static async create(key = newKey()): Promise<SealedLog> {
    const log = await PostgresLog.create();
    return new SealedLog(log, createPool(log.url, 5, createLogger('silent')), key);
  }

  sealerWith(key: SealKey): Sealer {
    return new Sealer({
      log: this.stored,
      identity: () => this.store.identity(),
      archive: this.archive,
      key: () => Promise.resolve(key),
    });
  }

  async seals(): Promise<Seal[]> {
    const seals: Seal[] = [];
    for await (const seal of this.archive.all((await this.store.identity()) ?? ''))
      seals.push(seal);
    return seals;
  }

  /** With the seals that are kept, and those that were exported where some are given. */
  async verdict(
    exported: readonly Seal[] = [],
    keys = [this.key],
  ): Promise<Verdict & { readonly firstDiffering: number | undefined }> {
    const entries = this.entries();
    const chain = new ChainWithExported(each(await this.seals()), each(exported));
    const known = new Map(keys.map(({ publicKey }) => [publicKey.id, publicKey]));
    const verdict = await verify(entries, chain.seals(), known);
    return { ...verdict, firstDiffering: chain.firstDiffering };
  }

  /** Does what only the owner of the tables can do. */
  async tamper(...statements: readonly string[]): Promise<void> {
    await this.log.query('ALTER TABLE log.events DISABLE TRIGGER events_are_facts');
    await this.log.query('ALTER TABLE seals.blocks DISABLE TRIGGER blocks_are_facts');
    for (const statement of statements) await this.log.query(statement);
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.log.close();
  }

  private async *entries(): AsyncIterable<StoredEntry> {
    for await (const page of this.stored.pages(0n)) yield* page;
  }
}

async function* each<T>(items: readonly T[]): AsyncIterable<T> {
  for (const item of items) yield await Promise.resolve(item);
}
