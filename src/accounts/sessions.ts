import { accessTokenSeconds, type TokenKey } from './access-tokens.js';
import { type Credentials } from './credentials.js';
import { type KnownUser, type UserDirectory } from '../domain/access/user-directory.js';
import { type LoginThrottle } from './login-throttle.js';
import { checkPassword } from './passwords.js';
import { type RefreshTokens } from './refresh-tokens.js';

export interface Tokens {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
}

/** Logging in, staying logged in, and logging out. */
export class Sessions {
  constructor(
    private readonly directory: UserDirectory,
    private readonly credentials: Credentials,
    private readonly refreshTokens: RefreshTokens,
    private readonly throttle: LoginThrottle,
    private readonly key: TokenKey,
  ) {}

  /**
   * `undefined` when e-mail or password are wrong, or the user is deactivated: all look alike, and take as long.
   *
   * @throws Throttled
   */
  async logIn(email: string, password: string, address: string): Promise<Tokens | undefined> {
    const normalised = email.normalize('NFC').trim().toLowerCase();
    // Asked first: an attempt that fails because the users are not known at the moment does not count.
    const user = this.directory.byEmail(normalised);
    await this.throttle.attempt(normalised, address);
    const isRight = await this.isPasswordOf(user, password);
    if (user === undefined || !isRight || !user.isActive) return undefined;
    await this.throttle.succeeded(normalised, address);
    const session = { userId: user.id, credentialId: user.credentialId };
    return this.tokensFor(user, await this.refreshTokens.issue(session));
  }

  async refresh(refreshToken: string): Promise<Tokens | undefined> {
    const session = await this.refreshTokens.find(refreshToken);
    if (session === undefined) return undefined;
    // Asked before the token is used up: should the users not be known at the moment, it stays good for a retry.
    const user = this.directory.byId(session.userId);
    if (!user?.isActive || user.credentialId !== session.credentialId) {
      await this.refreshTokens.revokeFamily(refreshToken);
      return undefined;
    }
    const next = await this.refreshTokens.rotate(refreshToken);
    return next === undefined ? undefined : this.tokensFor(user, next);
  }

  async logOut(refreshToken: string): Promise<void> {
    await this.refreshTokens.revokeFamily(refreshToken);
  }

  /** Takes about as long for nobody. */
  async isPasswordOf(user: KnownUser | undefined, password: string): Promise<boolean> {
    const hash = user && (await this.credentials.hash(user.credentialId));
    const { isRight, isOutdated } = await checkPassword(password, hash);
    if (isOutdated && user) await this.credentials.rehash(user.credentialId, password);
    return isRight;
  }

  private tokensFor(user: KnownUser, refreshToken: string): Tokens {
    const accessToken = this.key.sign(user.id, user.credentialId);
    return { accessToken, expiresIn: accessTokenSeconds, refreshToken };
  }
}
