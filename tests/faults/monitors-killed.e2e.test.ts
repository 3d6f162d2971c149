import { describe, expect, it } from '@jest/globals';
import { watchWithTwo } from './monitors/two-monitors.js';

describe('Two monitors on one database', () => {
  it('given one of them and PostgreSQL are killed while health changes, then each check is made once, and each change told once', async () => {
    const account = await watchWithTwo(
      {
        services: 40,
        intervalSeconds: 3,
        faults: ['nothing', 'a monitor is killed', 'PostgreSQL is killed'],
        quietMs: 1_000,
      },
      () => undefined,
    );

    expect(account).toMatchObject({
      checkedTwice: 0,
      lostChanges: 0,
      doubledChanges: 0,
      lostNotifications: 0,
    });
  }, 180_000);
});
