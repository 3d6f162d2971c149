import { beforeEach, describe, expect, it } from '@jest/globals';
import { type FragmentSqlToken } from 'slonik';
import { Counts } from '../../src/queries/counts.js';
import { sql } from '../../src/queries/database.js';

let version = 1n;
let now = 0;
let counts: Counts;

beforeEach(() => {
  version = 1n;
  now = 0;
  counts = new Counts(
    () => version,
    () => now,
  );
});

const tagsOf = (owner: string): FragmentSqlToken =>
  sql.fragment`SELECT count(*)::int FROM read.tags WHERE created_by_id = ${owner}`;

/** What stands for the count in a statement: the number itself, or the counting. */
function standsFor(counting: FragmentSqlToken): unknown {
  const { fragment } = counts.of(counting);
  return fragment.sql.startsWith('(') ? 'counting' : fragment.values[0];
}

describe('Counting', () => {
  it('given it is not known yet, then the statement counts, in brackets, with its values', () => {
    const { fragment } = counts.of(tagsOf('ada'));

    expect(fragment.sql).toMatch(/^\(SELECT count\(\*\)::int FROM .*\)$/);
    expect(fragment.values).toEqual(['ada']);
  });

  it('given it was learnt, then the statement says the number', () => {
    counts.of(tagsOf('ada')).learn(7);

    const { fragment } = counts.of(tagsOf('ada'));

    expect(fragment.sql).toMatch(/^\$[^ ]+::int$/);
    expect(fragment.values).toEqual([7]);
  });

  it('given other values or another question, then that is another count', () => {
    counts.of(tagsOf('ada')).learn(7);

    expect(standsFor(tagsOf('grace'))).toBe('counting');
    expect(standsFor(sql.fragment`SELECT count(*)::int FROM read.roles`)).toBe('counting');
  });

  it('given the read models moved on, then it is counted anew', () => {
    counts.of(tagsOf('ada')).learn(7);
    version = 2n;

    expect(standsFor(tagsOf('ada'))).toBe('counting');
  });

  it('given they moved on while it was counted, then nobody relies on that', () => {
    const counted = counts.of(tagsOf('ada'));
    version = 2n;
    counts.of(tagsOf('grace'));
    counted.learn(7);

    expect(standsFor(tagsOf('ada'))).toBe('counting');
  });

  it('given a second has passed, then it is counted anew, and learnt anew', () => {
    counts.of(tagsOf('ada')).learn(7);
    now = 999;
    expect(standsFor(tagsOf('ada'))).toBe(7);
    now = 1_000;
    expect(standsFor(tagsOf('ada'))).toBe('counting');

    counts.of(tagsOf('ada')).learn(8);

    expect(standsFor(tagsOf('ada'))).toBe(8);
  });

  it('given it was known, when told what the statement answered, then that makes no odds', () => {
    counts.of(tagsOf('ada')).learn(7);
    now = 900;
    counts.of(tagsOf('ada')).learn(7);
    now = 1_100;

    expect(standsFor(tagsOf('ada'))).toBe('counting');
  });

  it('given more different questions than it cares to remember, then it forgets the old ones', () => {
    for (let n = 0; n < 1_005; n += 1) counts.of(tagsOf(`owner ${n}`)).learn(n);

    expect(standsFor(tagsOf('owner 999'))).toBe('counting');
    expect(standsFor(tagsOf('owner 1004'))).toBe(1004);
  });
});
