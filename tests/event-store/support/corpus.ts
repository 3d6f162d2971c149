import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { eventTypes, type Definition } from '../../../src/event-store/catalogue/catalogue.js';
import { EventCodec, type StoredEntry } from '../../../src/event-store/codec.js';
import { type LogEntry } from '../../../src/event-store/event-store.js';
import { type PersonKeys } from '../../../src/event-store/personal-data/person-keys.js';

/** Where the examples are: one file for each version of each type of event that was ever written. */
export const corpusFolder = new URL('../corpus/', import.meta.url);

/** What each file was when it was checked in, as `sha256sum` writes it. */
export const sumsFile = new URL('SHA256SUMS', corpusFolder);

/** Examples of one version of one type, as they stand in a log. */
export const CorpusFile = z.strictObject({
  type: z.string(),
  version: z.int().positive(),
  examples: z.array(z.strictObject({ data: z.unknown(), metadata: z.unknown() })).min(1),
});
export type CorpusFile = z.infer<typeof CorpusFile>;

export interface Corpus {
  /** What the files hold, by name. */
  readonly files: ReadonlyMap<string, string>;
  /** Their hashes when they were checked in, by name. */
  readonly sums: ReadonlyMap<string, string>;
}

export async function loadCorpus(): Promise<Corpus> {
  const names = (await readdir(corpusFolder)).filter((name) => name.endsWith('.json'));
  const texts = names.sort().map(async (name): Promise<[string, string]> => {
    return [name, await readFile(new URL(name, corpusFolder), 'utf8')];
  });
  const lines = (await readFile(sumsFile, 'utf8')).trim().split('\n');
  return {
    files: new Map(await Promise.all(texts)),
    sums: new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)])),
  };
}

export function fileOf(type: string, version: number): string {
  return `${type}.v${version}.json`;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Everybody in the examples has this key; it protects nobody. */
export const corpusKeys: PersonKeys = {
  ensure: () => Promise.resolve(corpusKey),
  find: (people) => Promise.resolve(new Map(people.map((person) => [person, corpusKey]))),
  forget: () => Promise.resolve(),
};
const corpusKey = Buffer.alloc(32, 'corpus');

/** The examples of a file, read as a store reads them. */
export async function readExamples(
  text: string,
  keys: PersonKeys = corpusKeys,
): Promise<LogEntry[]> {
  const { type, version, examples } = CorpusFile.parse(JSON.parse(text));
  const stored = examples.map(({ data, metadata }, revision): StoredEntry => ({
    id: '00000000-0000-4000-8000-000000000000',
    stream: 'corpus-1',
    revision,
    position: BigInt(revision + 1),
    recordedAt: '2026-01-01T00:00:00.000Z',
    ...{ type, version, data, metadata },
  }));
  return new EventCodec(keys).decode(stored);
}

/**
 * All that is wrong with the corpus or with the catalogue, in words for whoever changed one of them; empty when events
 * of every version ever written can be read.
 *
 * @param definitionOf The catalogue, by type.
 */
export async function corpusProblems(
  { files, sums }: Corpus,
  definitionOf: (type: string) => Definition | undefined,
): Promise<string[]> {
  const problems: string[] = [];
  for (const type of eventTypes) problems.push(...versionProblems(type, files, definitionOf(type)));
  for (const [name, text] of files) {
    if (sums.get(name) !== hashOf(text))
      problems.push(`${name} is not what was checked in: what was written once never changes`);
    problems.push(...(await readingProblems(name, text, definitionOf)));
  }
  for (const name of sums.keys())
    if (!files.has(name))
      problems.push(`${name} is gone: somebody's log may still hold such events`);
  return problems;
}

function versionProblems(
  type: string,
  files: Corpus['files'],
  definition: Definition | undefined,
): string[] {
  const newest = definition?.version ?? 0;
  return Array.from({ length: newest }, (_, index) => index + 1).flatMap((version) => {
    const problems: string[] = [];
    if (!files.has(fileOf(type, version)))
      problems.push(`${type} version ${version} has no example: run "npm run corpus"`);
    if (version < newest && definition?.upcasters?.[version] === undefined)
      problems.push(`${type} has no upcaster from version ${version}`);
    return problems;
  });
}

async function readingProblems(
  name: string,
  text: string,
  definitionOf: (type: string) => Definition | undefined,
): Promise<string[]> {
  const { type, version } = CorpusFile.parse(JSON.parse(text));
  if (name !== fileOf(type, version)) return [`${name} holds ${type} version ${version}`];
  const newest = definitionOf(type)?.version;
  if (newest === undefined) return [`The catalogue has forgotten ${type}`];
  if (version > newest) return [`The catalogue knows ${type} up to version ${newest} only`];
  const entries = await readExamples(text);
  return entries.flatMap((entry) =>
    entry.readable ? [] : [`${name}, example ${entry.revision}, cannot be read: ${entry.reason}`],
  );
}
