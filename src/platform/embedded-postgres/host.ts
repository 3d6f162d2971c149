import { tmpdir } from 'node:os';
import { findPackagedBinaries } from './packaged-binaries.js';

/** What this computer offers; tests put other places in. */
export interface Host {
  /** The `native` folder of the platform's package: bin, lib, share. */
  readonly nativeDir: string;
  /** Version of that package; copies of the binaries are named after it. */
  readonly version: string;
  /** For root only: where data and binaries go that the server's user could not reach. */
  readonly relocationRoot: string;
  readonly tmpDir: string;
}

/** @throws EmbeddedPostgresError when npm has no PostgreSQL for this platform. */
export async function thisHost(): Promise<Host> {
  const { nativeDir, version } = await findPackagedBinaries();
  return { nativeDir, version, relocationRoot: '/var/lib/watchbook', tmpDir: tmpdir() };
}
