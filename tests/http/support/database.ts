import pg from 'pg';

/** Runs SQL beside the application, on a connection of its own. */
export async function runSql(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    // Several statements in one text give several results, and take no values.
    const { rows } = await client.query<Record<string, unknown>>(
      values.length === 0 ? { text } : { text, values },
    );
    return rows;
  } finally {
    await client.end();
  }
}
