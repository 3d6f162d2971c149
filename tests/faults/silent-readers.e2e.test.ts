import { describe, expect, jest, test } from '@jest/globals';
import { expectProblem } from '../http/support/problem.js';
import { type Answer } from '../support/test-app.js';
import { useAppBehindProxy } from './support/app-behind-proxy.js';

jest.setTimeout(60_000);

const recoveryMs = 10_000;

const subject = useAppBehindProxy();

const query = (): Promise<Answer> => subject.app.call('GET', '/tags', { as: subject.app.admin });
/** More than there are connections. */
const crowd = (): Promise<Answer[]> => Promise.all(Array.from({ length: 40 }, query));

describe('readers, when the database falls silent', () => {
  test('given every connection is in use, when it is back, then there is room for all again', async () => {
    await crowd();
    subject.proxy.swallow();
    for (const answer of await crowd()) expectProblem(answer, 503);

    await subject.proxy.restore();
    const deadline = performance.now() + recoveryMs;
    let statuses = (await crowd()).map(({ status }) => status);
    while (statuses.some((status) => status !== 200) && performance.now() < deadline)
      statuses = (await crowd()).map(({ status }) => status);

    expect(statuses).toEqual(statuses.map(() => 200));
  });
});
