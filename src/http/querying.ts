import { type UserActor } from '../domain/access/actor.js';
import { type One, type Page } from '../queries/answers.js';
import { Problem, unauthenticated, unavailable } from './problem.js';
import { minPosition } from './request-headers.js';
import { type Reply, type RequestOccasion } from './route.js';

/** Answers whether the read models have a position, after waiting for it for a while. */
export type WaitForPosition = (position: bigint) => Promise<boolean>;

/** Asks the read models for routes: waits for what the client wants to see, then answers. */
export class Querying {
  constructor(private readonly wait: WaitForPosition) {}

  /** One resource with its ETag. @throws Problem 404, or 503 when the wanted position does not come in time */
  async one(
    occasion: RequestOccasion,
    notFound: string,
    read: (actor: UserActor) => Promise<One | undefined>,
  ): Promise<Reply> {
    await this.reach(occasion);
    const found = await read(actorOf(occasion));
    if (found === undefined) throw new Problem(404, notFound);
    return { status: 200, body: found.body, headers: { ETag: `"${found.revision}"` } };
  }

  async page(occasion: RequestOccasion, read: (actor: UserActor) => Promise<Page>): Promise<Reply> {
    await this.reach(occasion);
    const { data, count } = await read(actorOf(occasion));
    return { status: 200, body: `{"data":[${data}],"count":${count}}` };
  }

  /** Anything else, in a form of its own. */
  async answer(
    occasion: RequestOccasion,
    read: (actor: UserActor) => Promise<Omit<Reply, 'status'>>,
  ): Promise<Reply> {
    await this.reach(occasion);
    return { status: 200, ...(await read(actorOf(occasion))) };
  }

  /** Something that has no revision. @throws Problem 404 */
  async plain(
    occasion: RequestOccasion,
    notFound: string,
    read: (actor: UserActor) => Promise<object | undefined>,
  ): Promise<Reply> {
    await this.reach(occasion);
    const body = await read(actorOf(occasion));
    if (body === undefined) throw new Problem(404, notFound);
    return { status: 200, body };
  }

  private async reach({ headers }: RequestOccasion): Promise<void> {
    const position = minPosition(headers);
    if (position !== undefined && !(await this.wait(position)))
      throw unavailable(new Error(`The read models have not reached position ${position}`));
  }
}

/** The router lets nobody through to a route of access `user` without one. */
export function actorOf({ actor }: RequestOccasion): UserActor {
  if (actor === undefined) throw unauthenticated('Not authenticated');
  return actor;
}
