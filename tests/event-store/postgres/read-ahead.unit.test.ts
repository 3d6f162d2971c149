import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Position } from '../../../src/event-store/position.js';
import { readAhead } from '../../../src/event-store/postgres/read-ahead.js';

interface Page {
  readonly found: readonly Position[];
  readonly upTo: Position;
  readonly atEnd: boolean;
}

/** A log of events at these positions, in pages of so many. */
function logOf(
  positions: readonly Position[],
  pageSize: number,
): (after: Position) => Promise<Page> {
  const head = positions.at(-1) ?? 0n;
  return (after) => {
    const found = positions.filter((position) => position > after).slice(0, pageSize);
    const end = head > after ? head : after;
    const upTo = found.length === pageSize ? (found.at(-1) ?? end) : end;
    return Promise.resolve({ found, upTo, atEnd: upTo === end });
  };
}

describe('Reading ahead', () => {
  it('given a log with gaps or without, when read, then each event comes once, in order', async () => {
    const steps = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constant(1n) }, fc.bigInt(1n, 9n)));
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), async (gaps, pageSize) => {
        let position = 0n;
        const positions = gaps.map((gap) => (position += gap));
        const seen: Position[] = [];

        for await (const page of readAhead(0n, logOf(positions, pageSize)))
          seen.push(...page.found);

        expect(seen).toEqual(positions);
      }),
    );
  });

  it('given pages that reach equally far, when one is handed out, then two are asked for', async () => {
    const asked: Position[] = [];
    const log = logOf(
      Array.from({ length: 100 }, (_, index) => BigInt(index + 1)),
      10,
    );
    const pages = readAhead(0n, (after) => {
      asked.push(after);
      return log(after);
    });

    await pages.next();
    await pages.next();
    await pages.next();

    expect(asked).toEqual([0n, 10n, 20n, 30n, 40n]);
    await pages.return(undefined);
  });

  it('given a page that fails, when it is its turn, then reading does', async () => {
    const log = logOf([1n, 2n, 3n], 1);
    const pages = readAhead(0n, (after) =>
      after === 1n ? Promise.reject(new Error('Gone')) : log(after),
    );

    expect((await pages.next()).value).toMatchObject({ found: [1n] });
    await expect(pages.next()).rejects.toThrow('Gone');
  });
});
