import { stringify } from 'csv-stringify/sync';

/** Ways to write a long list, row by row. */
export const exportFormats = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportTypes: Readonly<Record<ExportFormat, string>> = {
  jsonl: 'application/jsonl',
  csv: 'text/csv',
};

/** @param columns Of the CSV, in their order; a value that is no text, number or null is written as JSON. */
export async function* written<Row extends object>(
  format: ExportFormat,
  columns: readonly (keyof Row & string)[],
  batches: AsyncIterable<readonly Row[]>,
): AsyncIterable<string> {
  // The heading goes with the first rows: nothing is written before they could be read.
  let heading = format === 'csv' ? csv([columns]) : '';
  for await (const rows of batches) {
    const text =
      format === 'csv'
        ? csv(rows.map((row) => columns.map((column) => cell(row[column]))))
        : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    yield heading + text;
    heading = '';
  }
}

/** The same text, whose first piece is known to be there: what goes wrong before it can still be answered. */
export async function begun(chunks: AsyncIterable<string>): Promise<AsyncIterable<string>> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* goOn(): AsyncIterable<string> {
    try {
      for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  })();
}

/** As RFC 4180 has it; a cell that a spreadsheet would take for a formula gets an apostrophe before it. */
function csv(rows: readonly (readonly unknown[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true, record_delimiter: 'windows' },
  );
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
