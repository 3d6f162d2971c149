import { measureLive } from './live.js';

/**
 * `npm run bench:projections`: how fast read models are rebuilt, then what users of a running Watchbook notice, over
 * HTTP, with STREAMS services and LIVE_PER_STREAM events each: how soon they see a change, and a rebuild. With
 * `-- rebuilds` or `-- live` only one half of it.
 */
const [half = 'both'] = process.argv.slice(2);
if (!['both', 'rebuilds', 'live'].includes(half)) throw new Error(`There is no half ${half}`);

if (half !== 'live') await import('./rebuilds.js');
if (half !== 'rebuilds')
  await measureLive(
    Number(process.env['STREAMS'] ?? 20_000),
    Number(process.env['LIVE_PER_STREAM'] ?? 15),
    Number(process.env['SECONDS'] ?? 10),
  );
