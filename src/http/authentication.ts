import { type Request, type RequestHandler, type Response } from 'express';
import jwt from 'jsonwebtoken';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { z } from 'zod';
import { TokenClaims, type TokenKey, tokenRules } from '../accounts/access-tokens.js';
import { type UserActor } from '../domain/access/actor.js';
import { type KnownUser, type UserDirectory } from '../domain/access/user-directory.js';
import { unauthenticated } from './problem.js';

/** Finds out who sends a request. What they may do is not in the token, but looked up each time. */
export class Authentication {
  private readonly check: RequestHandler;
  /** Tokens whose signature was checked already; a token never becomes another one. */
  private readonly verified = new Map<string, TokenClaims>();

  constructor(
    key: TokenKey,
    private readonly directory: UserDirectory,
  ) {
    const authenticator = new passport.Passport();
    authenticator.use(strategy(key));
    this.check = Middleware.parse(
      authenticator.authenticate('jwt', { session: false, failWithError: true }),
    );
  }

  /** @throws Problem 401, and DirectoryIsBehind. */
  async actorOf(request: Request, response: Response): Promise<UserActor> {
    const token = bearerToken(request);
    if (token === undefined) throw unauthenticated('Not authenticated');
    const claims = this.recall(token) ?? (await this.verify(token, request, response));
    const known = this.directory.byId(claims.sub);
    if (known !== undefined && isGood(claims, known)) return known.actor;
    // A token that another process has just handed out may be ahead of what this one has heard from the log.
    await this.directory.catchUp();
    const user = this.directory.byId(claims.sub);
    if (user === undefined) throw unauthenticated('User not found');
    if (!isGood(claims, user)) throw unauthenticated('Invalid token');
    return user.actor;
  }

  private recall(token: string): TokenClaims | undefined {
    const claims = this.verified.get(token);
    if (claims === undefined || claims.exp * 1000 > Date.now()) return claims;
    this.verified.delete(token);
    return undefined;
  }

  private async verify(token: string, request: Request, response: Response): Promise<TokenClaims> {
    await new Promise<void>((resolve, reject) => {
      const done = (error?: unknown): void => {
        if (error === undefined) resolve();
        else reject(unauthenticated('Invalid token'));
      };
      void this.check(request, response, done);
    });
    const claims = TokenClaims.safeParse(request.user);
    if (!claims.success) throw unauthenticated('Invalid token');
    if (this.verified.size >= maxRemembered) this.verified.clear();
    this.verified.set(token, claims.data);
    return claims.data;
  }
}

function isGood({ cred }: TokenClaims, user: KnownUser): boolean {
  return user.isActive && user.credentialId === cred;
}

/** passport's types do not say what it makes. */
const Middleware = z.custom<RequestHandler>((made) => typeof made === 'function');

const maxRemembered = 10_000;

function strategy(key: TokenKey): Strategy {
  return new Strategy(
    {
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: (_request: unknown, token: unknown, done: KeyFound) => {
        if (keyIdOf(token) === key.id) done(null, key.bytes);
        else done(new Error('The token was signed with a key that is not ours'));
      },
      ...tokenRules,
    },
    (claims: object, done: (error: null, claims: object) => void) => done(null, claims),
  );
}

type KeyFound = (error: Error | null, key?: Buffer) => void;

function keyIdOf(token: unknown): string | undefined {
  if (typeof token !== 'string') return undefined;
  try {
    return jwt.decode(token, { complete: true })?.header.kid;
  } catch {
    // A payload that is not JSON.
    return undefined;
  }
}

/** @throws Problem 401 for something that cannot be a token. */
function bearerToken({ headers }: Request): string | undefined {
  const token = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token !== undefined && /\s/.test(token)) throw unauthenticated('Invalid token');
  return token;
}
