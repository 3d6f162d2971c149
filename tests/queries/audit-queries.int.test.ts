import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AuditChunkBits } from '../../src/platform/audit-chunks.js';
import { migrate } from '../../src/platform/migrations.js';
import { connect } from '../../src/platform/postgres.js';
import { auditFold } from '../../src/projections/audit.js';
import { createIndexes, createTable } from '../../src/projections/table-definition.js';
import { type AuditFilter, AuditQueries } from '../../src/queries/audit/audit-queries.js';
import { type Database, openDatabase } from '../../src/queries/database.js';
import { ReadAuditPolicy } from '../../src/queries/policy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** What can be searched for in an entry; the n-th is about the numbers that n is divisible by. */
interface Entry {
  readonly position: number;
  readonly words: readonly string[];
  readonly actorId: string;
  readonly type: string;
  readonly outcome: 'accepted' | 'refused';
}

const count = 20_000;
const reader = { kind: 'process', id: 'test' } as const;

function entriesApart(distance: number): Entry[] {
  return Array.from({ length: count }, (_, index): Entry => {
    const n = index + 1;
    const isRefused = n % 97 === 0;
    const type = isRefused ? 'CommandRefused' : 'TagRenamed';
    return {
      position: n * distance,
      words: [
        type.toLowerCase(),
        `number${n}`,
        ...(n % 3 === 0 ? ['third'] : []),
        ...(n % 2_000 === 0 ? ['rarely'] : []),
        ...(n < 100 ? ['ancient'] : []),
      ],
      actorId: n % 1_000 === 7 ? 'rare' : `user-${n % 10}`,
      type,
      outcome: isRefused ? 'refused' : 'accepted',
    };
  });
}

// As in PostgreSQL, as in EventStoreDB, and with empty chunks in between.
describe.each<[AuditChunkBits, number]>([
  [14, 1],
  [24, 1_300],
  [14, 3_000],
])('Words in chunks of 2^%i positions, with events %i apart', (chunkBits, distance) => {
  const entries = entriesApart(distance);
  let test: TestDatabase;
  let database: Database;
  let audit: AuditQueries;
  beforeAll(async () => {
    test = await createTestDatabase();
    await migrate(test.url, 'up');
    const client = await connect(test.url, { timeoutMs: 0 });
    await createTable(client, auditFold(chunkBits), 'read');
    await client.query(
      `INSERT INTO read.audit
         (position, event_id, recorded_at, stream, revision, type, outcome, subject, actor_id, words)
       SELECT position, gen_random_uuid(), timestamptz '2026-01-01Z' + position * interval '1 ms', 'tag-1', 0,
              type, outcome, 'tag-' || position % 100, "actorId", text
         FROM json_to_recordset($1::json)
           AS e (position bigint, type text, outcome text, "actorId" text, text text)`,
      [JSON.stringify(entries.map((entry) => ({ ...entry, text: entry.words.join(' ') })))],
    );
    await createIndexes(client, auditFold(chunkBits), 'read');
    await client.query('ANALYZE read.audit');
    await client.end();
    database = await openDatabase(test.url, 2);
    audit = new AuditQueries(database, new ReadAuditPolicy(), chunkBits);
  }, 60_000);
  afterAll(() => test.drop());

  const matching = ({ words = [], actorId, type, outcome }: AuditFilter): number[] =>
    entries
      .filter(
        (entry) =>
          words.every((word) => entry.words.some((each) => each.startsWith(word))) &&
          (actorId ?? entry.actorId) === entry.actorId &&
          (type ?? entry.type) === entry.type &&
          (outcome ?? entry.outcome) === entry.outcome,
      )
      .map(({ position }) => position);

  it.each<AuditFilter>([
    { words: ['third'] },
    { words: ['rarely'] },
    { words: ['ancient'] },
    { words: ['third', 'rare'] },
    { words: ['number1999'] },
    { words: ['nobody'] },
    { words: ['third'], actorId: 'rare' },
    { words: ['th', 'number'], type: 'CommandRefused' },
    { words: ['third'], outcome: 'refused' },
    { actorId: 'rare', outcome: 'refused' },
    { actorId: 'user-1', type: 'TagRenamed' },
    { words: ['number4'], outcome: 'accepted', actorId: 'user-1' },
  ])(
    'given %j, when asked page by page, then all are found, in order, both ways',
    async (filter) => {
      const wanted = matching(filter);
      const backwards: number[] = [];
      for (let before: bigint | undefined; ;) {
        const page = await audit.newestFirst(reader, filter, { before, limit: 150 });
        backwards.push(...page.map(({ position }) => Number(position)));
        if (page.length < 150 || backwards.length > 600) break;
        before = BigInt(backwards.at(-1) ?? 0);
      }
      const [after, upTo] = [BigInt(500 * distance), BigInt(15_000 * distance)];
      const forwards = await audit.oldestFirst(reader, filter, { after, upTo, limit: 200 });

      expect(backwards).toEqual([...wanted].reverse().slice(0, backwards.length));
      expect(backwards.length).toBeGreaterThanOrEqual(Math.min(wanted.length, 600));
      expect(forwards.map(({ position }) => Number(position))).toEqual(
        wanted.filter((place) => place > after && place <= upTo).slice(0, 200),
      );
    },
  );

  it('given many entries, when words were looked for, then their index was used', async () => {
    await database.end();
    const client = await connect(test.url);

    // What a connection has counted is known when it has ended.
    const { rows } = await client.query<{ scans: string }>(
      `SELECT s.idx_scan AS scans
         FROM pg_stat_user_indexes s
         JOIN pg_index i USING (indexrelid)
        WHERE s.relname = 'audit' AND pg_get_indexdef(i.indexrelid) LIKE '%USING gin%'`,
    );
    await client.end();

    expect(Number(rows[0]?.scans)).toBeGreaterThan(0);
  });
});
