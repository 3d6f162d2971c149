import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  type Definition,
  eventTypes,
  findDefinition,
} from '../../src/event-store/catalogue/catalogue.js';
import { erased } from '../../src/event-store/codec.js';
import { roles } from '../../src/projections/roles.js';
import { services } from '../../src/projections/services.js';
import { tags } from '../../src/projections/tags.js';
import { users } from '../../src/projections/users.js';
import { webhooks } from '../../src/projections/webhooks.js';
import {
  type Corpus,
  CorpusFile,
  corpusProblems,
  hashOf,
  loadCorpus,
  readExamples,
} from './support/corpus.js';
import { InMemoryPersonKeys } from './support/in-memory-person-keys.js';

let corpus: Corpus;
beforeAll(async () => {
  corpus = await loadCorpus();
});

const catalogue = (type: string): Definition | undefined => findDefinition(type);

/** The catalogue with one type as somebody may have changed it. */
const changed =
  (type: string, change: Partial<Definition>): typeof catalogue =>
  (asked) => {
    const definition = catalogue(asked);
    return definition && asked === type ? { ...definition, ...change } : definition;
  };

/** The corpus with one file that holds something else. */
function withFile(name: string, text: string): Corpus {
  return {
    files: new Map([...corpus.files, [name, text]]),
    sums: new Map([...corpus.sums, [name, hashOf(text)]]),
  };
}

const tagRenamed = 'TagRenamed.v1.json';

describe('Every event that was ever written', () => {
  it('given the corpus, when checked, then all of it can be read', async () => {
    expect(await corpusProblems(corpus, catalogue)).toEqual([]);
    expect(corpus.files.size).toBeGreaterThanOrEqual(eventTypes.length);
  });

  it.each(eventTypes)(
    'given %s at its newest version, when read, then nothing of it is lost',
    async (type) => {
      const definition = catalogue(type);
      const personal = definition?.personal;
      const text = corpus.files.get(`${type}.v${definition?.version}.json`) ?? '';
      const { examples } = CorpusFile.parse(JSON.parse(text));

      const read = await readExamples(text);

      const veiled = Object.fromEntries(
        (personal?.fields ?? []).map((field) => [field, undefined]),
      );
      expect(read.map((entry) => entry.readable && { ...entry.event.data, ...veiled })).toEqual(
        examples.map(({ data }) => ({ ...z.looseObject({}).parse(data), ...veiled })),
      );
      expect(read.map((entry) => entry.readable && entry.metadata)).toEqual(
        examples.map(({ metadata }) => metadata),
      );
    },
  );

  it('given personal data, when read with its key and without, then it is there, and gone', async () => {
    const text = corpus.files.get('UserEmailChanged.v1.json') ?? '';

    expect(text).not.toContain('@example.org');
    expect(await readExamples(text)).toMatchObject(
      Array.from({ length: 3 }, () => ({ event: { data: { email: 'countess@example.org' } } })),
    );
    expect(await readExamples(text, new InMemoryPersonKeys())).toMatchObject(
      Array.from({ length: 3 }, () => ({ event: { data: { email: erased } } })),
    );
  });

  it.each([services, tags, users, roles, webhooks].map(({ name, on }) => ({ name, on })))(
    'given the projection $name, when asked about any type, then it has a decision',
    ({ on }) => {
      const decisions = new Map<string, unknown>(Object.entries(on));
      const undecided = eventTypes.filter((type) => {
        const decision = decisions.get(type);
        return decision !== 'ignored' && typeof decision !== 'function';
      });

      expect(undecided).toEqual([]);
    },
  );
});

describe('What would make old logs unreadable is found', () => {
  it('given a new version without an upcaster, then it is named, and so is the missing example', async () => {
    expect(await corpusProblems(corpus, changed('TagRenamed', { version: 2 }))).toEqual([
      'TagRenamed has no upcaster from version 1',
      'TagRenamed version 2 has no example: run "npm run corpus"',
    ]);
  });

  it('given a chain of upcasters with a gap, then the gap is named', async () => {
    const upcasters = { 2: (data: unknown) => data };

    expect(await corpusProblems(corpus, changed('TagRenamed', { version: 3, upcasters }))).toEqual([
      'TagRenamed has no upcaster from version 1',
      'TagRenamed version 2 has no example: run "npm run corpus"',
      'TagRenamed version 3 has no example: run "npm run corpus"',
    ]);
  });

  it('given a type the catalogue knows no more, then it is named', async () => {
    const forgetful = (type: string): Definition | undefined =>
      type === 'TagRenamed' ? undefined : catalogue(type);

    expect(await corpusProblems(corpus, forgetful)).toEqual([
      'The catalogue has forgotten TagRenamed',
    ]);
  });

  it('given an example that no longer fits its schema, then the field is named', async () => {
    const text = (corpus.files.get(tagRenamed) ?? '').replaceAll('"name"', '"title"');

    expect(await corpusProblems(withFile(tagRenamed, text), catalogue)).toContainEqual(
      expect.stringMatching(/^TagRenamed\.v1\.json, example 0, cannot be read: name: /),
    );
  });

  it('given an example that was changed, then the file is named', async () => {
    const text = (corpus.files.get(tagRenamed) ?? '').replaceAll('later', 'never');
    const files = new Map([...corpus.files, [tagRenamed, text]]);

    expect(await corpusProblems({ ...corpus, files }, catalogue)).toEqual([
      'TagRenamed.v1.json is not what was checked in: what was written once never changes',
    ]);
  });

  it('given an example that was taken away, then both say so', async () => {
    const files = new Map([...corpus.files].filter(([name]) => name !== tagRenamed));

    expect(await corpusProblems({ ...corpus, files }, catalogue)).toEqual([
      'TagRenamed version 1 has no example: run "npm run corpus"',
      "TagRenamed.v1.json is gone: somebody's log may still hold such events",
    ]);
  });

  it('given a version newer than the catalogue, then that is said', async () => {
    const text = (corpus.files.get(tagRenamed) ?? '').replace('"version": 1', '"version": 2');

    expect(await corpusProblems(withFile('TagRenamed.v2.json', text), catalogue)).toEqual([
      'The catalogue knows TagRenamed up to version 1 only',
    ]);
  });
});
