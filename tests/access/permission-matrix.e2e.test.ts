import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tokens } from '../../src/composition/tokens.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { Cast } from './cast.js';
import { cells } from './matrix.js';
import { setScene } from './scenes.js';

let app: TestApp;
let cast: Cast;

beforeAll(async () => {
  app = await startTestApp({
    // Webhooks are told by the monitor; nothing outside of this computer is asked.
    ROLES: 'api,projector,monitor',
    ALLOW_LOOPBACK_CHECKS: 'true',
    ALLOW_PRIVATE_WEBHOOKS: 'true',
  });
  cast = await Cast.of(app);
}, 30_000);
afterAll(() => app.stop());

describe('The permission matrix', () => {
  it('has a row for every route, and no row without one', () => {
    const routes = app.application.container
      .get(tokens.routes)
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`);

    expect([...new Set(cells.map(({ route }) => route))].sort()).toEqual(routes.sort());
  });

  it.each(cells)('$route about $about answers $status to $who', async (cell) => {
    const { path, body, as = cast.find(cell.who) } = await setScene(cast, cell);

    const [method = ''] = cell.route.split(' ');
    const answer = await app.call(method, path, { ...(as && { as }), ...(body && { body }) });

    expect([answer.status, answer.text]).toEqual([cell.status, expect.any(String)]);
    if (cell.reason !== undefined) expect(answer.body['detail']).toBe(cell.reason);
  });
});
