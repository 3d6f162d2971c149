import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { type LogRecord } from './records.js';

const bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));

const Line = z.array(
  z.object({
    stream: z.string(),
    id: z.string(),
    type: z.string(),
    isJson: z.boolean(),
    data: bytes,
    metadata: bytes,
    revision: z.number(),
    position: z.int(),
    created: z.int(),
  }),
);

/** One line for each append, so that an append is there whole or not at all. What is written outlives the process. */
export class LogFile {
  private descriptor: number | undefined;

  constructor(private readonly path: string) {}

  load(): LogRecord[] {
    if (!existsSync(this.path)) return [];
    const text = readFileSync(this.path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    // What is behind the last line break was cut off in the middle.
    if (whole.length < text.length) truncateSync(this.path, Buffer.byteLength(whole));
    const lines = whole.split('\n').slice(0, -1);
    return lines.flatMap((line) => Line.parse(JSON.parse(line)));
  }

  append(records: readonly LogRecord[]): void {
    this.descriptor ??= openSync(this.path, 'a');
    const line = records.map((record) => ({
      ...record,
      data: Buffer.from(record.data).toString('base64'),
      metadata: Buffer.from(record.metadata).toString('base64'),
    }));
    writeSync(this.descriptor, `${JSON.stringify(line)}\n`);
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}
