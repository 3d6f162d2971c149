import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * Starts a thread that runs a module beside the one that asks for it, from `dist` as well as from the sources.
 *
 * @param module Its address, with the ending of the module that asks: `.js`, or `.ts`.
 */
export function startThread(module: URL): Worker {
  const options = { resourceLimits };
  if (!module.pathname.endsWith('.ts')) return new Worker(module, options);
  // Threads of Node 20 load no TypeScript by what their process was started with: tsx is told again, from within.
  const tsx = new URL('esm/api/index.mjs', pathToFileURL(createRequire(module).resolve('tsx')));
  const code = `
    import { register } from ${JSON.stringify(tsx.href)};
    register();
    await import(${JSON.stringify(module.href)});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), options);
}

/** Threads beside the one that answers requests: as much room for what is young would cost memory, and gain little. */
const resourceLimits = { maxYoungGenerationSizeMb: 24 };
