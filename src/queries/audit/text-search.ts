import { type FragmentSqlToken } from 'slonik';
import { type AuditChunkBits } from '../../platform/audit-chunks.js';
import { sql } from '../database.js';
import { every } from '../fragments.js';

export interface WordSearch {
  /** In lower case; each must begin a word of the entry. */
  readonly words: readonly string[];
  /** Names that are among the words, whole: of a type of event, or of an actor as `@<id>`. */
  readonly names: readonly string[];
  /** Between which positions. */
  readonly range: readonly FragmentSqlToken[];
  /** Everything that an entry `a` must fulfil, but for the words. */
  readonly matching: readonly FragmentSqlToken[];
  /** `ASC` or `DESC`, by position. */
  readonly direction: FragmentSqlToken;
  readonly limit: number;
}

/**
 * Rows of the table that have the words, found chunk by chunk until there are enough. In a chunk, common words are as
 * quick to find as rare ones; and passing over a chunk that has none costs some ten microseconds.
 */
export function byWords(search: WordSearch, chunkBits: AuditChunkBits): FragmentSqlToken {
  const { range, matching, direction, limit } = search;
  const { chunkOf, terms } = chunked[chunkBits];
  // `OFFSET 0` keeps everything else out of there: the planner shall not prefer another index, whose matches in all
  // of the table it would collect for each chunk again.
  return sql.fragment`
    SELECT a.*
      FROM (
        SELECT n
          FROM (SELECT ${chunkOf(sql.fragment`min(a.position)`)} AS low,
                       ${chunkOf(sql.fragment`max(a.position)`)} AS high
                  FROM read.audit a
                 WHERE ${every(range)}) ends,
               generate_series(ends.low, ends.high) AS n
         ORDER BY n ${direction}
      ) chunk
     CROSS JOIN LATERAL (
        SELECT *
          FROM read.audit a
         WHERE ${terms} @@ replace(${template(search)}, '#', to_hex(chunk.n))::tsquery
        OFFSET 0
      ) a
     WHERE ${every(matching)}
     ORDER BY chunk.n ${direction}, a.position ${direction}
     LIMIT ${limit}`;
}

/** Whether an entry `a` has a word that begins so, for those that were found otherwise. */
export function hasWord(word: string): FragmentSqlToken {
  return sql.fragment`strpos(' ' || a.words, ${` ${word}`}) > 0`;
}

/** What is looked for in a chunk; its number takes the place of `#`. */
function template({ words, names }: WordSearch): string {
  const terms = [
    ...words.map((word) => `${quoted(`#/${word}`)}:*`),
    ...names.map((name) => quoted(`#/${name}`)),
  ];
  return terms.join(' & ');
}

function quoted(term: string): string {
  return `'${term.replace(/['\\]/g, '')}'`;
}

/** The expression of the index, to the letter (src/projections/audit.ts). */
const chunked: Readonly<
  Record<
    AuditChunkBits,
    {
      chunkOf: (position: FragmentSqlToken) => FragmentSqlToken;
      terms: FragmentSqlToken;
    }
  >
> = {
  14: {
    chunkOf: (position) => sql.fragment`${position} >> 14`,
    terms: sql.fragment`
      array_to_tsvector(string_to_array(
        to_hex(a.position >> 14) || '/@' || coalesce(a.actor_id, '') || ' ' ||
        to_hex(a.position >> 14) || '/' || replace(a.words, ' ', ' ' || to_hex(a.position >> 14) || '/'),
        ' '))`,
  },
  24: {
    chunkOf: (position) => sql.fragment`${position} >> 24`,
    terms: sql.fragment`
      array_to_tsvector(string_to_array(
        to_hex(a.position >> 24) || '/@' || coalesce(a.actor_id, '') || ' ' ||
        to_hex(a.position >> 24) || '/' || replace(a.words, ' ', ' ' || to_hex(a.position >> 24) || '/'),
        ' '))`,
  },
};
