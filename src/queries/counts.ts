import { type FragmentSqlToken } from 'slonik';
import { sql } from './database.js';

/**
 * Remembers how many rows match, because counting them costs more than reading a page of them. A count holds for as
 * long as the read models stay where they are; in a process that learns of that late, for a second at the most.
 */
export class Counts {
  private readonly remembered = new Map<string, Remembered>();
  private rememberedAt: unknown;

  /** @param version Changes whenever the read models do. */
  constructor(
    private readonly version: () => unknown,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Stands for the count in a statement; what the statement answers is to be given to `learn`. */
  of(counting: FragmentSqlToken): CountInStatement {
    const version = this.version();
    if (version !== this.rememberedAt) {
      this.remembered.clear();
      this.rememberedAt = version;
    }
    const key = JSON.stringify([counting.sql, counting.values]);
    const known = this.remembered.get(key);
    if (known !== undefined && this.now() < known.until)
      return { fragment: sql.fragment`${known.count}::int`, learn: () => undefined };
    return {
      fragment: sql.fragment`(${counting})`,
      learn: (count) => {
        // Counted while the read models moved on: nobody can tell for which state.
        if (this.version() !== version) return;
        if (this.remembered.size >= maxRemembered) this.remembered.clear();
        this.remembered.set(key, { count, until: this.now() + maxAgeMs });
      },
    };
  }
}

export interface CountInStatement {
  readonly fragment: FragmentSqlToken;
  learn(count: number): void;
}

/** Counts as part of the statement, and forgets it. */
export function countOnce(counting: FragmentSqlToken): CountInStatement {
  return { fragment: sql.fragment`(${counting})`, learn: () => undefined };
}

interface Remembered {
  readonly count: number;
  readonly until: number;
}

const maxAgeMs = 1_000;
const maxRemembered = 1_000;
