import { describe, expect, it } from '@jest/globals';
import { judge } from '../../src/notifications/http-answer.js';

const now = new Date('2026-03-03T12:00:00.000Z');
const answer = (status: number, headers = {}, body = ''): ReturnType<typeof judge> =>
  judge({ status, headers, body: Buffer.from(body) }, now);

describe('An answer', () => {
  it.each([200, 201, 202, 204, 299])('of %i means that it has arrived', (status) =>
    expect(answer(status)).toMatchObject({
      ok: true,
      code: `status_${status}`,
      statusCode: status,
    }),
  );

  it.each([300, 301, 302, 307, 308])('of %i is not followed, and says so', (status) => {
    const judged = answer(status, { location: 'https://other.example/' });
    expect(judged).toMatchObject({ ok: false, code: 'redirect', isLasting: true });
    expect(judged.message).toContain('redirects are not followed');
  });

  it.each([400, 401, 403, 404, 405, 413, 422])('of %i will hardly get better', (status) =>
    expect(answer(status)).toMatchObject({ ok: false, isLasting: true, isGone: false }),
  );

  it.each([408, 425, 429, 500, 502, 503, 504, 599])('of %i may get better', (status) =>
    expect(answer(status)).toMatchObject({
      ok: false,
      code: `status_${status}`,
      isLasting: false,
    }),
  );

  it('of 410 means that the receiver is gone', () =>
    expect(answer(410)).toMatchObject({ ok: false, isGone: true }));

  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Tue, 03 Mar 2026 12:00:30 GMT', 30_000],
    ['Tue, 03 Mar 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['1e9', null],
    ['1, 2', null],
    [undefined, null],
  ])('names a time with Retry-After: %j', (value, retryAfterMs) =>
    expect(answer(503, { 'retry-after': value })).toMatchObject({ retryAfterMs }),
  );

  it('is kept as an excerpt of 1 KiB that can be stored', () => {
    expect(answer(500, {}, '').excerpt).toBeNull();
    expect(answer(500, {}, 'x'.repeat(5_000)).excerpt).toBe('x'.repeat(1024));
    expect(answer(200, {}, `${'x'.repeat(1023)}é`).excerpt).toBe('x'.repeat(1023));
    expect(answer(200, {}, 'a\0b').excerpt).toBe('ab');
    const garbage = judge({ status: 200, headers: {}, body: Buffer.from([0xff, 0x41]) }, now);
    expect(garbage.excerpt).toBe('\ufffdA');
  });
});
