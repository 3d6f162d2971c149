import { type Request } from 'express';
import { z } from 'zod';
import { type UserActor } from '../domain/access/actor.js';

/** One thing a client can do. Routes are data: the router, the OpenAPI document and the fuzz tests all read them. */
export interface Route<Params, Query, Body> {
  readonly method: Method;
  /** With parameters as `/services/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly access: 'public' | 'user';
  readonly kind: 'command' | 'query' | 'session';
  readonly params: z.ZodType<Params>;
  readonly query: z.ZodType<Query>;
  readonly body: z.ZodType<Body>;
  /** The body may also come as a form. */
  readonly acceptsForm?: boolean;
  readonly answers: Answers;
  handle(request: RouteRequest<Params, Query, Body>): Promise<Reply>;
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What a route answers when all is well: by status, what the body looks like. */
export type Answers = Readonly<
  Record<
    number,
    {
      description: string;
      body?: z.ZodType;
      /** Of text that is streamed; else it is JSON. */
      types?: readonly string[];
    }
  >
>;

export interface RouteRequest<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly occasion: RequestOccasion;
}

/** What handlers may need of the request besides its contents. */
export interface RequestOccasion {
  readonly requestId: string;
  readonly address: string;
  readonly headers: Request['headers'];
  /** Set on routes with access `user`. */
  readonly actor: UserActor | undefined;
}

export interface Reply {
  readonly status: number;
  /** An object, or JSON text that is ready. */
  readonly body?: object | string;
  /** In place of a body: text of any length, sent as fast as the client takes it. */
  readonly stream?: { readonly type: string; readonly chunks: AsyncIterable<string> };
  readonly headers?: Readonly<Record<string, string>>;
}

/** A route whose types nobody needs to know: contents are checked inside. */
export interface AnyRoute extends Omit<Route<unknown, unknown, unknown>, 'handle'> {
  run(contents: Contents, occasion: RequestOccasion): Promise<Reply>;
}

export interface Contents {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Where a route takes no parameters, or no body. */
export const none = z.strictObject({});
