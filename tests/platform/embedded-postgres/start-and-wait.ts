import { startEmbeddedPostgres } from '../../../src/platform/embedded-postgres/index.js';

/** A Watchbook in a process of its own, to be killed: says how its start went, and stays. */
const [dataDir = ''] = process.argv.slice(2);
try {
  const { url } = await startEmbeddedPostgres({ dataDir });
  console.log(JSON.stringify({ url }));
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  console.log(JSON.stringify({ name, message }));
}
