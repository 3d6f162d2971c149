import { createHash } from 'node:crypto';
import { type Pool } from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { spend } from '../platform/throttle.js';

/**
 * Slows down guessing: by address and user for one who guesses at somebody, by address for one who tries many.
 * Counts are kept in the database, so they hold across processes; only failures count.
 */
export class LoginThrottle {
  private readonly perUser: RateLimiterPostgres;
  private readonly perAddress: RateLimiterPostgres;

  constructor(pool: Pool) {
    const common = {
      storeClient: pool,
      schemaName: 'secrets',
      tableName: 'login_attempts',
      tableCreated: true,
    };
    const quarterHour = 15 * 60;
    this.perUser = new RateLimiterPostgres({
      ...common,
      keyPrefix: 'user',
      points: 8,
      duration: quarterHour,
    });
    this.perAddress = new RateLimiterPostgres({
      ...common,
      keyPrefix: 'address',
      points: 60,
      duration: quarterHour,
    });
  }

  /** Counts the attempt before it is made, so that guesses sent at once are counted, too. @throws Throttled */
  async attempt(email: string, address: string): Promise<void> {
    await spend(this.perAddress, digest(address), tooMany);
    await spend(this.perUser, userKey(email, address), tooMany);
  }

  /** Whoever knows the password starts afresh. */
  async succeeded(email: string, address: string): Promise<void> {
    await this.perUser.delete(userKey(email, address));
    await this.perAddress.reward(digest(address), 1);
  }
}

const tooMany = 'Too many failed logins: try again later';

function userKey(email: string, address: string): string {
  return digest(`${email}\n${address}`);
}

/** Behind a proxy, an address can be anything, and longer than a key may be. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
