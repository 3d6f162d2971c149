import { connect } from '../../../src/platform/postgres.js';
import { type LogBatch } from '../../../src/event-store/event-store.js';
import { adapterNamed } from './adapters.js';
import { SubscriberProcessSettings, type Step } from './subscriber-process.js';

/**
 * A subscriber in a process of its own, to be killed: what it was given, and how far it has come, go into tables, both
 * in one transaction. It ends where it was told to, as a killed process does; it tells each checkpoint.
 */
const settings = SubscriberProcessSettings.parse(JSON.parse(process.argv[2] ?? ''));
const { store } = adapterNamed(settings.adapter).open(settings.url);
const client = await connect(settings.url);
const { rows } = await client.query<{ checkpoint: string }>(
  'SELECT checkpoint FROM subscriber.checkpoint',
);
let hasCaughtUp = false;
const after = BigInt(rows[0]?.checkpoint ?? 0);
for await (const batch of store.subscribe({ after }, new AbortController().signal)) {
  if (batch.entries.length === 0) continue;
  reach('received');
  await (settings.isNaive ? applyNaively(batch) : apply(batch));
  reach('committed');
  process.stdout.write(`${batch.upTo}\n`);
  hasCaughtUp ||= batch.atEnd;
}

async function apply(batch: LogBatch): Promise<void> {
  await client.query('BEGIN');
  reach('begun');
  await insert(batch);
  reach('applied');
  await moveTo(batch);
  reach('moved');
  const committing = client.query('COMMIT');
  reach('committing');
  await committing;
}

/** The checkpoint first, and by itself. */
async function applyNaively(batch: LogBatch): Promise<void> {
  await moveTo(batch);
  reach('moved');
  await insert(batch);
}

async function insert({ entries }: LogBatch): Promise<void> {
  await client.query(
    `INSERT INTO subscriber.given (position, id)
     SELECT * FROM unnest($1::bigint[], $2::uuid[])`,
    [entries.map(({ position }) => position), entries.map(({ id }) => id)],
  );
}

async function moveTo({ upTo }: LogBatch): Promise<void> {
  await client.query('UPDATE subscriber.checkpoint SET checkpoint = $1', [upTo]);
}

/** Not before it has caught up once: so that each life brings it forward. */
function reach(step: Step): void {
  if (hasCaughtUp && step === settings.diesWhen) process.kill(process.pid, 'SIGKILL');
}
