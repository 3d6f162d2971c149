import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createPublicKey } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ChainWithExported } from '../audit/seals/exported.js';
import { type Seal } from '../audit/seals/seal.js';
import { sealsFromLines, sealToLine } from '../audit/seals/seal-file.js';
import { SealPublicKey } from '../audit/seals/seal-key.js';
import { type Broken, type Intact } from '../audit/seals/verdict.js';
import { verify } from '../audit/seals/verification.js';
import { type AuditTools } from '../composition/audit-tools.js';
import { AuditRefused, withTools } from './audit.js';
import { Output } from './output.js';

export interface VerifyOptions {
  /** A file that `seals export` or `seals sign` has written. */
  readonly seals?: string;
  /** Files with public keys, whose signatures count besides those of this data folder. */
  readonly key?: readonly string[];
}

/** Recomputes all seals from the log. Ends with exit code 1 when anything is not as it was sealed. */
export async function verifyLog({ seals, key = [] }: VerifyOptions): Promise<void> {
  await withTools(async (tools) => {
    const log = seals === undefined ? await sealedLog(tools) : await tools.store.identity();
    const keys = await keysOf(tools, key);
    const kept = (): AsyncIterable<Seal> => (log === undefined ? none() : tools.archive.all(log));
    const chain = new ChainWithExported(kept(), seals === undefined ? none() : sealsIn(seals));
    const verdict = await verify(tools.storedEntries(), chain.seals(), keys);
    if (!verdict.intact) throw new AuditRefused(complaintOf(verdict));
    const { firstDiffering } = chain;
    if (firstDiffering !== undefined) {
      // A log that was moved is sealed anew in its new place: both chains prove it then.
      const { intact } = await verify(tools.storedEntries(), kept(), keys);
      if (!intact) throw new AuditRefused(notKept(firstDiffering));
    }
    for (const line of praise(verdict, firstDiffering)) console.log(line);
  });
}

/** Writes all seals to standard output, one line each. */
export async function exportSeals({ withEvents }: { withEvents?: true }): Promise<void> {
  await withTools(async (tools) => {
    const output = new Output();
    for await (const seal of tools.archive.all(await sealedLog(tools)))
      if (!(await output.line(sealToLine(seal, withEvents === true)))) return;
  });
}

/** Seals everything up to now, and writes the newest seal to standard output: to be kept where nobody here can reach. */
export async function signSeals(): Promise<void> {
  await withTools(async (tools) => {
    const deadline = performance.now() + patienceMs;
    while ((await tools.sealer.seal(0)) === undefined) {
      if (performance.now() > deadline)
        throw new AuditRefused(
          'Another process has been sealing the log for some time: try again.',
        );
      await pause(100);
    }
    const { seal } = await tools.archive.last(await sealedLog(tools));
    if (seal === undefined) throw new AuditRefused('The log is empty.');
    console.log(sealToLine(seal, false));
  });
}

/** Writes the public key to standard output. */
export async function showKey(): Promise<void> {
  await withTools(async (tools) => {
    const key = await tools.publicKey();
    if (key === undefined)
      throw new AuditRefused('There is no key in DATA_DIR: nothing was sealed here.');
    process.stdout.write(key.pem);
  });
}

const patienceMs = 10_000;

async function sealedLog({ store, archive }: AuditTools): Promise<string> {
  const log = await store.identity();
  const sealed = await archive.logs();
  if (log !== undefined && (sealed.includes(log) || sealed.length === 0)) return log;
  if (sealed.length === 0) throw new AuditRefused('The log is empty, and nothing was ever sealed.');
  // A log is told by its first event.
  throw new AuditRefused(
    `The seals are of another log (${sealed.join(', ')}) than this one (${log ?? 'empty'}): ` +
      'the first event was changed or removed, or this is another log. ' +
      'With --seals you can compare it with seals that were exported.',
  );
}

async function keysOf(
  tools: AuditTools,
  files: readonly string[],
): Promise<ReadonlyMap<string, SealPublicKey>> {
  const own = await tools.publicKey();
  const given = await Promise.all(files.map(readKey));
  const all = own === undefined ? given : [own, ...given];
  return new Map(all.map((key) => [key.id, key]));
}

async function readKey(file: string): Promise<SealPublicKey> {
  try {
    return new SealPublicKey(createPublicKey(await readFile(file, 'utf8')));
  } catch (error) {
    throw new AuditRefused(`${file} holds no Ed25519 public key that can be read.`, {
      cause: error,
    });
  }
}

async function* sealsIn(file: string): AsyncIterable<Seal> {
  try {
    yield* sealsFromLines(createInterface({ input: createReadStream(file) }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AuditRefused(`${file} cannot be read as seals: ${reason}`, { cause: error });
  }
}

async function* none(): AsyncIterable<Seal> {
  // Nothing was exported.
}

function complaintOf({ explanation, eventsBefore, block }: Broken): string {
  return `${explanation}.\nBefore it, ${count(eventsBefore, 'event')} are as they were sealed; this is block ${block}.`;
}

function notKept(firstDiffering: number): string {
  return `The log is as it was when the seals were exported, but seal ${firstDiffering} is not kept as it was exported.`;
}

function praise(
  { sealed, blocks, unsealed, signaturesChecked, last }: Intact,
  firstDiffering: number | undefined,
): string[] {
  if (last === undefined)
    return [
      `Nothing is sealed yet; ${count(unsealed, 'event')} in the log. Run \`audit seals sign\`.`,
    ];
  return [
    `The log is as it was sealed: ${count(sealed, 'event')} in ${count(blocks, 'block')}.`,
    `Newest seal: ${last.number}, of ${last.sealedAt}, ${last.hash.toString('hex')}`,
    ...(firstDiffering === undefined
      ? []
      : [
          `From seal ${firstDiffering} on, other seals are kept here: the log was sealed anew. They prove it, too.`,
        ]),
    ...(unsealed > 0 ? [`Not sealed yet: ${count(unsealed, 'event')}.`] : []),
    ...(signaturesChecked
      ? []
      : ['Signatures were not checked: there is no key in DATA_DIR. Give one with --key.']),
  ];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
