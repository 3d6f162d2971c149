import { averageBytes } from './events.js';
import { measureAppending } from './appending.js';
import { measureReplaying } from './replaying.js';
import { showProgress } from './progress.js';
import { startServer } from './server.js';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const only = flags.only?.split(',') ?? ['append', 'replay'];
const rounds = flags.quick ? 1 : 3;
const progress = showProgress();
const server = await startServer();
try {
  if (only.includes('append')) {
    const results = await measureAppending(
      server,
      ['watchbook', 'function-call', 'copy'],
      [1, 16, 64, 256].map((callers) => ({ callers, eventsPerAppend: 1, streams: 'distinct' })),
      { rounds, seconds: flags.quick ? 1 : 3 },
      progress,
    );
    console.log(averageBytes());
    console.table(results.map(({ measured, ...rest }) => ({ ...rest, ...measured })));
  }
  if (only.includes('replay'))
    console.table(
      await measureReplaying(server, flags.quick ? 200_000 : 1_000_000, rounds, progress),
    );
} finally {
  await server.stop();
}
