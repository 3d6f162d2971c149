import { z } from 'zod';
import { type Sessions, type Tokens } from '../../accounts/sessions.js';
import { text } from '../../commands/fields.js';
import { route } from '../define-route.js';
import { unauthenticated } from '../problem.js';
import { type AnyRoute, none, type Reply } from '../route.js';
import { TokensView } from './views.js';

/** As JSON, or as the form of the OAuth2 password flow, whose other fields mean nothing here. */
const Login = z.union([
  z.strictObject({ email: text(255), password: text(128) }),
  z
    .strictObject({
      username: text(255),
      password: text(128),
      grant_type: z.string().optional(),
      scope: z.string().optional(),
      client_id: z.string().optional(),
      client_secret: z.string().optional(),
    })
    .transform(({ username, password }) => ({ email: username, password })),
]);

const Refresh = z.strictObject({ refresh_token: text(255).min(1) });

export function sessionRoutes(sessions: Sessions): AnyRoute[] {
  const common = {
    method: 'post',
    tag: 'auth',
    access: 'public',
    kind: 'session',
    params: none,
    query: none,
  } as const;

  return [
    route({
      ...common,
      path: '/auth/login',
      summary: 'Log in',
      body: Login,
      acceptsForm: true,
      answers: { 200: { description: 'Tokens', body: TokensView } },
      handle: async ({ body: { email, password }, occasion }) => {
        const tokens = await sessions.logIn(email, password, occasion.address);
        if (tokens === undefined) throw unauthenticated('Incorrect email or password');
        return reply(tokens);
      },
    }),
    route({
      ...common,
      path: '/auth/refresh',
      summary: 'Get new tokens for a refresh token',
      description:
        'Each refresh token is used once; using it again ends everything that came of it.',
      body: Refresh,
      answers: { 200: { description: 'Tokens', body: TokensView } },
      handle: async ({ body }) => {
        const tokens = await sessions.refresh(body.refresh_token);
        if (tokens === undefined) throw unauthenticated('Invalid token');
        return reply(tokens);
      },
    }),
    route({
      ...common,
      path: '/auth/logout',
      summary: 'Log out',
      body: Refresh,
      answers: { 204: { description: 'Done' } },
      handle: async ({ body }) => {
        await sessions.logOut(body.refresh_token);
        return { status: 204 };
      },
    }),
  ];
}

function reply({ accessToken, expiresIn, refreshToken }: Tokens): Reply {
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store' },
    body: {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: expiresIn,
      refresh_token: refreshToken,
    },
  };
}
