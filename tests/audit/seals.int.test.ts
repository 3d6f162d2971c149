import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Seal } from '../../src/audit/seals/seal.js';
import { sealsFromLines, sealToLine } from '../../src/audit/seals/seal-file.js';
import { serviceStream, tagStream, userStream } from '../../src/event-store/stream-id.js';
import { newEvent, renames } from '../event-store/support/events.js';
import { failure } from '../event-store/support/waiting.js';
import { examples, ids } from '../projections/support/examples.js';
import { newKey, SealedLog } from './support/sealed-log.js';

const service = serviceStream(ids.serviceId);
let sealed: SealedLog;
beforeEach(async () => {
  sealed = await SealedLog.create();
  const { store } = sealed;
  await store.append(userStream(ids.userId), 'no-stream', [newEvent(examples.UserRegistered)]);
  await store.append(service, 'no-stream', [
    newEvent(examples.ServiceRegistered),
    newEvent(examples.ServiceRenamed),
  ]);
  await store.append(tagStream(ids.tagId), 'no-stream', renames(5));
});
afterEach(() => sealed.close());

describe('Sealing', () => {
  it('given events, then they are in blocks, each of which follows from the one before', async () => {
    const { store, sealer } = sealed;
    for (let n = 0; n < 5; n += 1)
      await store.append(tagStream(`t${n}`), 'no-stream', renames(500));
    await sealer.seal(0);
    await store.append(tagStream('late'), 'no-stream', renames(3));
    await sealer.seal(0);

    const seals = await sealed.seals();
    expect(seals.map(({ number, events, total }) => [number, events, total])).toEqual([
      [1, 1000, 1000],
      [2, 1000, 2000],
      [3, 508, 2508],
      [4, 3, 2511],
    ]);
    expect(seals[3]?.previous).toEqual(seals[2]?.hash);
    expect(await sealed.verdict()).toMatchObject({ intact: true, sealed: 2511, unsealed: 0 });
  }, 30_000);

  it('given a block is neither full nor old, then it waits', async () => {
    expect(await sealed.sealer.seal(60_000)).toBe(0);
    expect(await sealed.verdict()).toMatchObject({ intact: true, sealed: 0, unsealed: 8 });
  });

  it('given several at once, then one does it, and the chain never forks', async () => {
    await sealed.store.append(tagStream('more'), 'no-stream', renames(400));

    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () => sealed.sealerWith(sealed.key).seal(0)),
    );

    expect(outcomes.filter((blocks) => blocks === 1)).toHaveLength(1);
    expect(await sealed.verdict()).toMatchObject({ intact: true, sealed: 408, blocks: 1 });
    const [seal] = await sealed.seals();
    if (seal === undefined) throw new Error('It was sealed');
    const identity = (await sealed.store.identity()) ?? '';
    expect(await failure(sealed.archive.add(identity, seal, 8n))).toMatchObject({ code: '23505' });
  });

  it('given the log is copied, then its seals prove the copy, whatever its positions are', async () => {
    await sealed.sealer.seal(0);
    await sealed.tamper('UPDATE log.events SET position = position * 10 + 70');

    expect(await sealed.verdict()).toMatchObject({ intact: true, sealed: 8 });
  });
});

describe('Verifying', () => {
  let exported: Seal[];
  beforeEach(async () => {
    await sealed.sealer.seal(0);
    await sealed.store.append(tagStream('later'), 'no-stream', renames(4));
    await sealed.sealer.seal(0);
    exported = await sealed.seals();
  });

  it.each([
    ['its data', `data = replace(data::text, 'Store', 'Stare')::json`],
    ['who did it', `metadata = replace(metadata::text, '"kind":"user"', '"kind":"process"')::json`],
    ['when it happened', `recorded_at = recorded_at - interval '1 millisecond'`],
    ['its type', `type = 'ServiceDeleted'`],
    ['its id', 'id = gen_random_uuid()'],
    ['its version', 'version = 2'],
    ['its stream', `stream = 'service-0'`],
  ])('given %s is changed, then it names the event', async (_, change) => {
    await sealed.tamper(`UPDATE log.events SET ${change} WHERE position = 3`);

    const verdict = await sealed.verdict();

    expect(verdict).toMatchObject({
      intact: false,
      what: 'changed',
      block: 1,
      eventsBefore: 2,
      place: { position: 3n, revision: 1 },
      explanation: expect.stringContaining('event at position 3 '),
    });
  });

  it('given every single byte of an event, when it is another one, then it is caught', async () => {
    const [row] = await sealed.log.query('SELECT data::text FROM log.events WHERE position = 10');
    const data = String(row?.['data']);
    const text = /"name":"(?<name>[^"]+)"/.exec(data)?.groups?.['name'] ?? '';
    const from = data.indexOf(text);
    for (let at = from; at < from + text.length; at += 1) {
      const changed = `${data.slice(0, at)}~${data.slice(at + 1)}`;
      await sealed.tamper(`UPDATE log.events SET data = '${changed}' WHERE position = 10`);
      expect(await sealed.verdict()).toMatchObject({
        what: 'changed',
        eventsBefore: 9,
        place: { position: 10n, stream: 'tag-later', revision: 1 },
      });
    }
    await sealed.tamper(`UPDATE log.events SET data = '${data}' WHERE position = 10`);
    expect(await sealed.verdict()).toMatchObject({ intact: true });
  });

  it.each([
    [4, 3],
    [8, 7],
  ])('given event %d is taken out, then it names what stands before it', async (gone, before) => {
    await sealed.tamper(`DELETE FROM log.events WHERE position = ${gone}`);

    expect(await sealed.verdict()).toMatchObject({
      what: 'missing',
      eventsBefore: before,
      place: { position: BigInt(before) },
    });
  });

  it('given an event is put in, then it names it', async () => {
    await sealed.tamper(
      'UPDATE log.events SET position = position + 100 WHERE position > 5',
      `INSERT INTO log.events (position, stream, revision, id, type, version, data, metadata, recorded_at)
       SELECT 50, 'tag-forged', 0, gen_random_uuid(), type, version, data, metadata, recorded_at
         FROM log.events WHERE position = 5`,
    );

    expect(await sealed.verdict()).toMatchObject({
      what: 'inserted',
      eventsBefore: 5,
      place: { position: 50n, stream: 'tag-forged', revision: 0 },
    });
  });

  it('given two events change places, then it names the first of them', async () => {
    await sealed.tamper(
      'UPDATE log.events SET position = 1000 WHERE position = 2',
      'UPDATE log.events SET position = 2 WHERE position = 6',
      'UPDATE log.events SET position = 6 WHERE position = 1000',
    );

    expect(await sealed.verdict()).toMatchObject({
      what: 'moved',
      eventsBefore: 1,
      place: { position: 2n },
    });
  });

  it('given the end is cut off, with its seals, then an exported one tells', async () => {
    await sealed.tamper(
      'DELETE FROM log.events WHERE position > 8',
      'DELETE FROM seals.blocks WHERE number > 1',
    );

    expect(await sealed.verdict()).toMatchObject({ intact: true, sealed: 8 });
    expect(await sealed.verdict(exported)).toMatchObject({
      what: 'cut off',
      eventsBefore: 8,
      place: { position: 8n },
    });
    expect(await sealed.verdict(exported.slice(-1))).toMatchObject({
      what: 'cut off',
      eventsBefore: 8,
    });
  });

  it('given everything is sealed anew after a change, then the signatures tell', async () => {
    await sealed.tamper(
      `UPDATE log.events SET data = replace(data::text, 'Store', 'Stare')::json WHERE position = 3`,
      'DELETE FROM seals.blocks',
    );
    await sealed.sealerWith(newKey()).seal(0);

    expect(await sealed.verdict()).toMatchObject({
      what: 'seal',
      block: 1,
      explanation: expect.stringContaining('not known here'),
    });
    expect(await sealed.verdict(exported)).toMatchObject({
      what: 'changed',
      place: { position: 3n, stream: service, revision: 1 },
    });
  });

  it('given everything is sealed anew without a change, then an export tells', async () => {
    await sealed.tamper('DELETE FROM seals.blocks');
    await sealed.sealer.seal(0);

    expect(await sealed.verdict(exported)).toMatchObject({ intact: true, firstDiffering: 1 });
  });

  it.each([
    ['total = total + 1', 'was changed'],
    [`sealed_at = sealed_at - interval '1 day'`, 'was changed'],
    [`previous = decode(repeat('ab', 32), 'hex')`, 'does not follow'],
    [`signature = decode(repeat('00', 64), 'hex')`, 'forged'],
    [`number = 3`, 'Seal 2 is missing'],
  ])('given a seal is changed (%s), then it says so', async (change, explanation) => {
    await sealed.tamper(`UPDATE seals.blocks SET ${change} WHERE number = 2`);

    expect(await sealed.verdict()).toMatchObject({
      what: 'seal',
      eventsBefore: 8,
      explanation: expect.stringContaining(explanation),
    });
  });

  it('given exported seals have no hashes of events and none are kept, then it names the block', async () => {
    await sealed.tamper(
      `UPDATE log.events SET type = 'TagDeleted' WHERE position = 10`,
      'DELETE FROM seals.blocks',
    );
    const lines = exported.map((seal) => sealToLine(seal, false));

    expect(await sealed.verdict(await read(lines))).toMatchObject({
      what: 'block',
      block: 2,
      explanation: expect.stringContaining('positions 9 to 12'),
    });
    const whole = exported.map((seal) => sealToLine(seal, true));
    expect(await sealed.verdict(await read(whole))).toMatchObject({
      what: 'changed',
      eventsBefore: 9,
    });
  });

  it.each(['{}', 'x', '{"format":"watchbook-seal-1","number":1}'])(
    'given %s in place of a seal, then it names the line',
    async (line) => {
      const [first] = exported.map((seal) => sealToLine(seal, true));

      expect(await failure(read([first ?? '', line]))).toMatchObject({
        name: 'SealFileDamaged',
        message: 'Line 2 is no seal',
      });
    },
  );
});

async function read(lines: readonly string[]): Promise<Seal[]> {
  const seals: Seal[] = [];
  for await (const seal of sealsFromLines(oneByOne(lines))) seals.push(seal);
  return seals;
}

async function* oneByOne(lines: readonly string[]): AsyncIterable<string> {
  for (const line of lines) yield await Promise.resolve(line);
}
