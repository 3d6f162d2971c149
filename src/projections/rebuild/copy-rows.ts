import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type SqlType } from '../projection.js';
import { type RowFold } from '../row-fold.js';
import { type Schema } from '../table-definition.js';

/**
 * Writes rows by COPY, the fastest way into a table. The text format is that of
 * https://www.postgresql.org/docs/current/sql-copy.html: a tab between columns, `\N` for NULL.
 *
 * @param options Of COPY, such as `FREEZE` for a table that was truncated in the same transaction.
 */
export async function copyRows(
  client: ClientBase,
  fold: Pick<RowFold, 'name' | 'columns'>,
  schema: Schema,
  rows: readonly object[],
  options = '',
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.entries(fold.columns);
  const names = columns.map(([name]) => name).join(', ');
  const target = client.query(
    copyFrom(`COPY ${schema}.${fold.name} (${names}) FROM STDIN ${options}`),
  );
  await pipeline(Readable.from(chunksOf(columns, rows)), target);
}

/** Some hundred kilobytes each: much larger ones would keep this process from anything else for too long. */
function* chunksOf(
  columns: readonly (readonly [string, SqlType])[],
  rows: readonly object[],
): Generator<string> {
  let chunk = '';
  for (const row of rows) {
    let line = '';
    for (const [name, type] of columns)
      line += `${line === '' ? '' : '\t'}${textOf(Reflect.get(row, name), type)}`;
    chunk += `${line}\n`;
    if (chunk.length >= chunkLength) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

const chunkLength = 256 * 1024;

function textOf(value: unknown, type: SqlType): string {
  if (value === null || value === undefined) return String.raw`\N`;
  if (type === 'json') return escape(JSON.stringify(value));
  if (Array.isArray(value)) return escape(arrayLiteral(value));
  return escape(typeof value === 'string' ? value : JSON.stringify(value));
}

function arrayLiteral(values: readonly unknown[]): string {
  const quoted = values.map((value) => `"${String(value).replace(/[\\"]/g, String.raw`\$&`)}"`);
  return `{${quoted.join(',')}}`;
}

/** Few texts hold any of these: looking first is cheaper than replacing. */
function escape(text: string): string {
  if (!/[\\\t\n\r]/.test(text)) return text;
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\t', String.raw`\t`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`);
}
