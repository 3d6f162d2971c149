import { describe, expect, test } from '@jest/globals';
import { type Faults, judge, type Reading } from './judge.js';
import { type Answer, Ledger } from './ledger.js';
import { type LogLine } from './log-line.js';

/** Appends in the order they were sent, by one writer: the marks of each, and what was told of it. */
function told(...appends: readonly (readonly [string, Answer | undefined])[]): Ledger {
  const ledger = new Ledger();
  for (const [text, answer] of appends) {
    const marks = text.split(' ');
    ledger.record({ began: { key: text, writer: 'one', marks } });
    if (answer !== undefined) ledger.record({ ended: text, answer });
  }
  return ledger;
}

/** At the positions from 1, in one stream, with revisions from 0. */
function log(...marks: readonly string[]): LogLine[] {
  return marks.map((mark, index) => line(mark, index));
}

function line(mark: string, index: number): LogLine {
  return {
    position: BigInt(index + 1),
    stream: 's',
    revision: index,
    id: `id ${index}`,
    mark,
  };
}

function at(revision: number): Answer {
  return { told: 'acknowledged', stream: 's', revision, position: String(revision + 1) };
}

const refused: Answer = { told: 'refused', why: '' };
const unknown: Answer = { told: 'unknown', why: '' };

function given(...positions: readonly number[]): Reading {
  const handedOut = positions.map((position) => ({
    position: BigInt(position),
    id: `id ${position - 1}`,
  }));
  return { reader: 'reader', after: 0n, handedOut };
}

function counts(faults: Faults): Partial<Record<keyof Faults, number>> {
  const { lost, doubled, skipped, outOfOrder, unaccounted } = faults;
  return Object.fromEntries(
    Object.entries({ lost, doubled, skipped, outOfOrder, unaccounted })
      .map(([fault, found]) => [fault, found.length] as const)
      .filter(([, count]) => count > 0),
  );
}

describe('judging what writers were told', () => {
  test.each<[string, Ledger, LogLine[], Partial<Record<keyof Faults, number>>]>([
    ['all is as told', told(['a b', at(1)], ['c', at(2)]), log('a', 'b', 'c'), {}],
    ['an acknowledged append is gone', told(['a', at(0)], ['b', at(1)]), log('a'), { lost: 1 }],
    ['half of an acknowledged append is gone', told(['a b', at(1)]), log('a'), { lost: 1 }],
    ['it stands at another revision', told(['a', at(1)], ['b', refused]), log('a'), { lost: 1 }],
    ['it stands twice', told(['a', at(0)]), log('a', 'a'), { doubled: 1 }],
    ['an unknown one is there', told(['a b', unknown], ['c', at(2)]), log('a', 'b', 'c'), {}],
    ['an unknown one is not there', told(['a', unknown], ['b', at(0)]), log('b'), {}],
    ['its writer died', told(['a', undefined]), log('a'), {}],
    ['half of an unknown one is there', told(['a b', unknown]), log('a'), { unaccounted: 1 }],
    [
      'an unknown one is torn',
      told(['a b', unknown], ['c', at(1)]),
      log('a', 'c', 'b'),
      { unaccounted: 1 },
    ],
    ['an unknown one stands twice', told(['a', unknown]), log('a', 'a'), { doubled: 1 }],
    ['a refused one is there', told(['a', refused]), log('a'), { unaccounted: 1 }],
    ['nobody sent it', told(), log('a'), { unaccounted: 1 }],
    [
      'the second stands before the first',
      told(['a', at(1)], ['b', at(0)]),
      log('b', 'a'),
      { outOfOrder: 1 },
    ],
    [
      'one id stands twice',
      told(['a', at(0)], ['b', at(1)]),
      log('a', 'b').map((entry) => ({ ...entry, id: 'same' })),
      { doubled: 1 },
    ],
    [
      'a later revision stands before an earlier one',
      told(['a', unknown], ['b', unknown]),
      log('a', 'b').map((entry) => ({ ...entry, revision: 1 - entry.revision })),
      { outOfOrder: 1 },
    ],
  ])('given %s, then that is what is found', (_, ledger, lines, expected) => {
    expect(counts(judge(ledger, lines, []))).toEqual(expected);
  });

  test('given an unknown append that is repeated, then its last answer counts', () => {
    const ledger = told(['a', unknown]);
    ledger.record({ ended: 'a', answer: at(0) });

    expect(counts(judge(ledger, log('a'), []))).toEqual({});
    expect(counts(judge(ledger, [], []))).toEqual({ lost: 1 });
    expect([ledger.acknowledged, ledger.unknown]).toEqual([1, 1]);
  });
});

describe('judging what readers were given', () => {
  const ledger = told(['a', at(0)], ['b', at(1)], ['c', at(2)]);
  const lines = log('a', 'b', 'c');

  test.each<[string, Reading, Partial<Record<keyof Faults, number>>]>([
    ['everything', given(1, 2, 3), {}],
    ['everything after its beginning', { ...given(2, 3), after: 1n }, {}],
    ['not what is in the middle', given(1, 3), { skipped: 1 }],
    ['not what is last', given(1, 2), { skipped: 1 }],
    ['something twice', given(1, 2, 2, 3), { doubled: 1 }],
    ['an earlier one later', given(1, 3, 2), { outOfOrder: 1 }],
    ['what is from before its beginning', { ...given(1, 2, 3), after: 1n }, { outOfOrder: 1 }],
    ['what does not stand in the log', given(1, 2, 3, 4), { lost: 1 }],
  ])('given it was given %s, then that is what is found', (_, reading, expected) => {
    expect(counts(judge(ledger, lines, [reading]))).toEqual(expected);
  });

  test('given another event at a position, then it is lost', () => {
    const handedOut = given(1, 2, 3).handedOut.map((event) =>
      event.position === 2n ? { ...event, id: 'another' } : event,
    );

    expect(counts(judge(ledger, lines, [{ reader: 'reader', after: 0n, handedOut }]))).toEqual({
      lost: 1,
    });
  });
});
