import { describe, expect, it } from '@jest/globals';
import { Shutdown } from '../../src/composition/shutdown.js';
import { failure, gate } from '../event-store/support/waiting.js';

describe('Shutting down', () => {
  it('given several were started, then the last is stopped first, one after the other', async () => {
    const stopped: string[] = [];
    const shutdown = new Shutdown();
    const slow = gate();
    shutdown.add(() => stopped.push('database'));
    shutdown.add(async () => {
      await slow.opened;
      stopped.push('readers');
    });
    shutdown.add(() => stopped.push('server'));

    const stopping = shutdown.run();
    await new Promise(setImmediate);
    expect(stopped).toEqual(['server']);
    slow.open();
    await stopping;

    expect(stopped).toEqual(['server', 'readers', 'database']);
  });

  it('given it is told twice, then it stops once, and both hear when that is done', async () => {
    let times = 0;
    const shutdown = new Shutdown();
    shutdown.add(() => (times += 1));

    await Promise.all([shutdown.run(), shutdown.run()]);
    await shutdown.run();

    expect(times).toBe(1);
  });

  it('given some cannot be stopped, then the others are, and it says what went wrong', async () => {
    const stopped: string[] = [];
    const shutdown = new Shutdown();
    shutdown.add(() => stopped.push('database'));
    shutdown.add(() => Promise.reject(new Error('stuck')));
    shutdown.add(() => {
      throw new Error('broken');
    });

    const error = await failure(shutdown.run());

    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toMatchObject({ errors: [{ message: 'broken' }, { message: 'stuck' }] });
    expect(stopped).toEqual(['database']);
  });
});
