import { expect } from '@jest/globals';
import { type z } from 'zod';
import { type Answer } from '../../support/test-app.js';
import { readPage } from './answers.js';

export type Get = (path: string) => Promise<Answer>;

/** Every item of a list, gathered in pages. */
export async function gather<T>(
  get: Get,
  path: string,
  view: z.ZodType<T>,
  limit: number,
): Promise<T[]> {
  const separator = path.includes('?') ? '&' : '?';
  const gathered: T[] = [];
  for (let skip = 0; ; skip += limit) {
    const answer = await get(`${path}${separator}skip=${skip}&limit=${limit}`);
    const { data, count } = readPage(answer, view);
    gathered.push(...data);
    if (data.length === 0) {
      expect(gathered).toHaveLength(count);
      return gathered;
    }
  }
}

/** What a list is sorted by; null comes last in both directions. */
export type Sorted = string | number | null;

/**
 * The list comes sorted in both directions, ties by id, and in pages that put together are the list.
 *
 * @param valueOf What the field sorts by: text in lower case where case does not matter.
 */
export async function expectSorted<T>(
  get: Get,
  [list, field]: readonly [string, string],
  view: z.ZodType<T>,
  idOf: (item: T) => string,
  valueOf: (item: T) => Sorted,
): Promise<void> {
  const separator = list.includes('?') ? '&' : '?';
  for (const [sort, sign] of [
    [field, 1],
    [`-${field}`, -1],
  ] as const) {
    const path = `${list}${separator}sort=${sort}`;
    const { data } = readPage(await get(path), view);
    const keys = data.map((item) => [valueOf(item), idOf(item)] as const);
    const expected = [...keys].sort(
      ([a, idA], [b, idB]) => compare(a, b, sign) || sign * (idA < idB ? -1 : 1),
    );
    expect([sort, ...keys]).toEqual([sort, ...expected]);
    const paged = await gather(get, path, view, 2);
    expect(paged.map(idOf)).toEqual(data.map(idOf));
  }
}

function compare(a: Sorted, b: Sorted, sign: number): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -sign : sign;
}
