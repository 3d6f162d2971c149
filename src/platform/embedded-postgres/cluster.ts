import type { RunAs } from './run-as.js';

/** One data folder and all that is needed to run a server on it. */
export interface Cluster {
  /** Watchbook's DATA_DIR, absolute and real: what people know this cluster by. */
  readonly dataDir: string;
  /** PostgreSQL's own data folder, absolute and real; seldom outside of `dataDir`. */
  readonly dir: string;
  readonly logFile: string;
  readonly password: string;
  readonly binaries: Binaries;
  /** The user who runs the server; undefined: the one who runs this process. */
  readonly runAs: RunAs | undefined;
  /** Server settings (`name: value`), on top of Watchbook's own. */
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (message: string) => void;
}

/** Absolute paths of the programs of one PostgreSQL. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

/** The cluster's superuser: for Watchbook's own housekeeping, never for its queries. */
export const SUPERUSER = 'postgres';

/** The role and the database Watchbook works with. */
export const APPLICATION = 'watchbook';
