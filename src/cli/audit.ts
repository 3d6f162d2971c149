import { setTimeout as pause } from 'node:timers/promises';
import { type AuditEntry } from '../audit/audit-entry.js';
import { toldTypes } from '../audit/audit-log.js';
import { causeAndEffect, type CauseNode } from '../audit/cause-and-effect.js';
import { type AuditTools, withAuditTools } from '../composition/audit-tools.js';
import { readConfiguration } from '../platform/configuration.js';
import { createLogger } from '../platform/logger.js';
import { Output } from './output.js';

/** What was asked for cannot be given; the message says why. */
export class AuditRefused extends Error {
  override readonly name = 'AuditRefused';
}

export interface ReplayOptions {
  /** Inclusive. */
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
  readonly stream?: string;
  readonly actor?: string;
  readonly type?: string;
  /** How many times as fast as it happened; Infinity: at once. */
  readonly speed: number;
  readonly follow?: true;
  readonly format: 'text' | 'jsonl';
}

/** Tells the story of the log in order, as it happened or faster. */
export async function replay(options: ReplayOptions): Promise<void> {
  const { speed, format, type } = options;
  if (type !== undefined && !toldTypes.some((each) => each === type))
    throw new AuditRefused(`There is no such type of event: ${type}.`);
  const write = format === 'jsonl' ? toJson : toText;
  const output = new Output();
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const { signal } = stopping;
  await withTools(async ({ store, narrator }) => {
    const batches = options.follow ? store.subscribe({}, signal) : store.readAll();
    let before: number | undefined;
    for await (const { entries } of batches) {
      const wanted = entries.filter(
        ({ recordedAt, stream }) =>
          isWithin(Date.parse(recordedAt), options) &&
          (options.stream === undefined || stream === options.stream),
      );
      for (const entry of await narrator.tellEntries(wanted)) {
        if (!isWanted(entry, options)) continue;
        const at = Date.parse(entry.recorded_at);
        await untilDue((at - (before ?? at)) / speed, signal);
        before = at;
        if (signal.aborted || !(await output.line(write(entry)))) return;
      }
      const last = entries.at(-1);
      if (options.to !== undefined && last && Date.parse(last.recordedAt) >= options.to.getTime())
        return;
    }
  });
}

/** Prints what one request set off, as a tree: each command under the event that it is an answer to. */
export async function trace(
  correlationId: string,
  { format }: { format: 'text' | 'jsonl' },
): Promise<void> {
  await withTools(async ({ audit, reader }) => {
    const entries: AuditEntry[] = [];
    for await (const batch of audit.all(reader, { correlationId })) entries.push(...batch);
    if (entries.length === 0)
      throw new AuditRefused(`Nothing in the log has the correlation id ${correlationId}.`);
    const output = new Output();
    const lines = format === 'jsonl' ? entries.map(toJson) : drawn(causeAndEffect(entries), '');
    for (const line of lines) if (!(await output.line(line))) return;
  });
}

export async function withTools<T>(use: (tools: AuditTools) => Promise<T>): Promise<T> {
  return withAuditTools(readConfiguration(process.env), createLogger('warn'), use);
}

/** Timers of Node go no further than 24 days. */
async function untilDue(ms: number, signal: AbortSignal): Promise<void> {
  if (ms >= 1) await pause(Math.min(ms, 2 ** 31 - 1), undefined, { signal }).catch(() => undefined);
}

function isWithin(at: number, { from, to }: ReplayOptions): boolean {
  return (from === undefined || at >= from.getTime()) && (to === undefined || at < to.getTime());
}

function isWanted({ actor, type }: AuditEntry, options: ReplayOptions): boolean {
  return (
    (options.actor === undefined || actor?.id === options.actor) &&
    (options.type === undefined || type === options.type)
  );
}

function toJson(entry: AuditEntry): string {
  return JSON.stringify(entry);
}

function toText({ recorded_at: at, sentence, stream, revision }: AuditEntry): string {
  return printable(
    `${at.replace('T', ' ').replace('Z', '')}  ${sentence}  [${stream} ${revision}]`,
  );
}

function drawn(nodes: readonly CauseNode[], indent: string): string[] {
  return nodes.flatMap(({ text, effects }, index) => {
    const isLast = index === nodes.length - 1;
    const below = drawn(effects, `${indent}${isLast ? '   ' : '│  '}`);
    return [printable(`${indent}${isLast ? '└─ ' : '├─ '}${text}`), ...below];
  });
}

/** Names come from people, and may hold what would tell a terminal something else. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '�');
}
