import { writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { catalogue, eventTypes } from '../../../src/event-store/catalogue/catalogue.js';
import { EventCodec } from '../../../src/event-store/codec.js';
import { examplesOf } from '../support/corpus-examples.js';
import {
  corpusFolder,
  corpusKeys,
  type CorpusFile,
  fileOf,
  hashOf,
  loadCorpus,
  sumsFile,
} from '../support/corpus.js';

/**
 * `npm run corpus`: writes an example of each type of event at its newest version where there is none yet. What is
 * there already is never touched.
 */
const { files, sums } = await loadCorpus();
const codec = new EventCodec(corpusKeys);
const added = new Map<string, string>();

for (const type of eventTypes) {
  const { version } = catalogue[type];
  const name = fileOf(type, version);
  if (files.has(name)) continue;
  const stored = await codec.encode(
    examplesOf(type).map((each) => ({ id: randomUUID(), ...each })),
  );
  const content: CorpusFile = {
    type,
    version,
    examples: stored.map(({ data, metadata }) => ({
      data: parsed(data),
      metadata: parsed(metadata),
    })),
  };
  const text = `${JSON.stringify(content, null, 2)}\n`;
  await writeFile(new URL(name, corpusFolder), text, { flag: 'wx' });
  added.set(name, hashOf(text));
  console.log(`added ${name}`);
}

const lines = [...new Map([...sums, ...added])]
  .filter(([name]) => name !== '')
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, sum]) => `${sum}  ${name}\n`);
await writeFile(sumsFile, lines.join(''));
if (added.size === 0) console.log('Every version of every type of event has an example');

function parsed(json: string): unknown {
  return JSON.parse(json);
}
