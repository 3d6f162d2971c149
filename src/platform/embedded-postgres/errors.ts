/** Anything that keeps the embedded PostgreSQL from running; the message is for people to read. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError';
}

/** Another living Watchbook owns this data folder. */
export class DataDirInUse extends EmbeddedPostgresError {
  override readonly name = 'DataDirInUse';

  constructor(dataDir: string, owner: string, options?: ErrorOptions) {
    super(
      `Another Watchbook is already running on ${dataDir} (${owner}). ` +
        'Stop it, or set DATA_DIR to another folder.',
      options,
    );
  }
}

/** What went wrong, as text to put into a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
