import { access } from 'node:fs/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { failure } from '../event-store/support/waiting.js';
import { Watchbook } from './support/watchbook.js';

afterEach(() => Watchbook.killAll());

describe('watchbook serve --demo', () => {
  it('given nothing, when it is started, then it tells of its services by webhook, and nothing of it stays', async () => {
    const demo = new Watchbook(['serve', '--demo'], { PORT: '0' });

    for (const name of ['Shop', 'Checkout', 'Payments', 'Mail relay'])
      await demo.says(new RegExp(`[0-9:]{8}  (${name}) is healthy\n`));
    const folder = await demo.says(/Its data is in (\S+), until it ends/);
    await access(folder);
    const { code, stderr } = await demo.kill('SIGINT');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await failure(access(folder))).toMatchObject({ code: 'ENOENT' });
  }, 60_000);
});
