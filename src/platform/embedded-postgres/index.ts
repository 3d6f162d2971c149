export { startEmbeddedPostgres, type EmbeddedPostgresOptions } from './start.js';
export type { EmbeddedPostgres } from './supervisor.js';
export { DataDirInUse, EmbeddedPostgresError } from './errors.js';
export { runningEmbeddedUrl } from './running-url.js';
