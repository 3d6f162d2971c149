import { type AppendCase, type AppendResult } from './appending.js';
import { judge } from './goals.js';
import { batch, callers, otherCallers, slowDiskCallers } from './plan.js';
import { type PeerName } from './protocol.js';
import { type ReplayResult } from './replaying.js';
import { findAppends, findReplay, type Results } from './results.js';
import { delayMs } from './slow-disk.js';

/** The results in Markdown, as they may stand in docs/performance.md. */
export function report(results: Results): string {
  return [
    header(results),
    ...oneEventEach(results),
    ...otherAppends(results),
    ...slowDisk(results),
    ...replays(results),
    ...goals(results),
  ].join('\n\n');
}

const names: Readonly<Record<PeerName, string>> = {
  watchbook: '**Watchbook**',
  'function-call': 'one function call per append; its readers can miss events',
  transaction: 'a transaction per append; its readers can miss events',
  emmett: 'emmett-postgresql',
  'emmett-by-default': 'emmett-postgresql as it comes: batches of 100, 50 ms between them',
  'emmett-without-checkpoints': 'emmett-postgresql, batches of 1,000, no checkpoints',
  copy: 'COPY',
};

function header({ machine, fsyncMs, averageBytes, rounds, seconds }: Results): string {
  const { cores, processor, memoryGiB, node, postgres, fsync, synchronousCommit } = machine;
  return [
    `${cores} cores (${processor}) for everything: callers, stores and PostgreSQL; ${memoryGiB} GiB. Node ${node},`,
    `PostgreSQL ${postgres}, fsync ${fsync}, synchronous_commit ${synchronousCommit}; an fsync took`,
    `${range(fsyncMs)} ms. Events of ${averageBytes} bytes on average (data and metadata).`,
    `Medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${seconds} s; peers take turns.`,
  ].join('\n');
}

function oneEventEach({ appends }: Results): string[] {
  const columns = callers.map(oneEvent);
  if (!hasSome(appends, columns)) return [];
  const ceiling = appends.find(({ peer }) => peer === 'copy')?.measured.eventsPerSecond;
  const at64 = findAppends(appends, 'watchbook', oneEvent(64).of)?.eventsPerSecond;
  const ofCeiling =
    ceiling === undefined || at64 === undefined ? '' : ((at64 / ceiling) * 100).toFixed(0);
  return [
    'One event per append, with expected revision, distinct streams: events/s (p50 / p99 in ms)',
    appendTable(appends, columns),
    `The server’s ceiling, COPY of such rows into such a table, 1,000 to a commit: ${whole(ceiling)} events/s. ` +
      `Watchbook with 64 callers reaches ${ofCeiling} % of it.`,
  ];
}

function otherAppends({ appends }: Results): string[] {
  const columns: Column[] = [
    {
      title: `${otherCallers} callers of one stream, again after a conflict`,
      of: { callers: otherCallers, eventsPerAppend: 1, streams: 'one' },
    },
    {
      title: `${otherCallers} callers, ${batch} events per append`,
      of: { callers: otherCallers, eventsPerAppend: batch, streams: 'distinct' },
    },
  ];
  if (!hasSome(appends, columns)) return [];
  return [
    'One hot stream, and batches: events/s (p50 / p99 of an append in ms)',
    appendTable(appends, columns),
  ];
}

function slowDisk({ slowDisk: { appends, skipped, fsyncMs } }: Results): string[] {
  if (skipped !== undefined) return [`The slow disk was left out: ${skipped}`];
  if (fsyncMs.length === 0) return [];
  return [
    `The same with ${delayMs} ms added to every fsync, which then took ${range(fsyncMs)} ms:`,
    appendTable(appends, slowDiskCallers.map(oneEvent)),
  ];
}

function replays({ replays: results }: Results): string[] {
  const own = findReplay(results, 'watchbook');
  if (own === undefined) return [];
  const rows = results.map((each) => [
    { ...names, emmett: 'emmett-postgresql, batches of 1,000', copy: 'COPY, bytes dropped' }[
      each.peer
    ],
    whole(each.events),
    whole(each.eventsPerSecond),
    each === own ? '' : ratio(own.eventsPerSecond, each.eventsPerSecond),
    memory(each),
  ]);
  return [
    'Replay in global order to a no-op; memory of the process before, while it reads the first tenth, and at most',
    table(['', 'events', 'events/s', 'Watchbook is', 'MiB'], rows),
  ];
}

function goals(results: Results): string[] {
  const judged = judge(results);
  if (judged.length === 0) return [];
  const rows = judged.map(({ what, reached, figure }) => [
    what,
    reached ? `reached: ${figure}` : `**missed: ${figure}**`,
  ]);
  return [table(['goal', ''], rows)];
}

interface Column {
  readonly title: string;
  readonly of: Omit<AppendCase, 'peers'>;
}

function oneEvent(count: number): Column {
  return {
    title: count === 1 ? '1 caller' : `${count} callers`,
    of: { callers: count, eventsPerAppend: 1, streams: 'distinct' },
  };
}

function hasSome(appends: readonly AppendResult[], columns: readonly Column[]): boolean {
  return columns.some(({ of }) => findAppends(appends, 'watchbook', of) !== undefined);
}

/** A row for each peer, then one with Watchbook's ratio for each of the others. */
function appendTable(appends: readonly AppendResult[], columns: readonly Column[]): string {
  const used = columns.filter(({ of }) => findAppends(appends, 'watchbook', of) !== undefined);
  const others: readonly PeerName[] = ['function-call', 'transaction', 'emmett'];
  const figures = (['watchbook', ...others] as const).map((peer) => [
    names[peer],
    ...used.map(({ of }) => {
      const measured = findAppends(appends, peer, of);
      if (measured === undefined) return '';
      const { eventsPerSecond, p50, p99 } = measured;
      return `${whole(eventsPerSecond)} (${p50.toFixed(1)} / ${p99.toFixed(1)})`;
    }),
  ]);
  const ratios = others.map((peer) => [
    `Watchbook ÷ ${peer.replace('-', ' ')}`,
    ...used.map(({ of }) =>
      ratio(
        findAppends(appends, 'watchbook', of)?.eventsPerSecond,
        findAppends(appends, peer, of)?.eventsPerSecond,
      ),
    ),
  ]);
  return table(['', ...used.map(({ title }) => title)], [...figures, ...ratios]);
}

/** Figures to the right, padded so that it can be read as it is. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, n) => (n === 0 ? (cells[n] ?? '').padEnd(width) : (cells[n] ?? '').padStart(width))).join(' | ')} |`;
  const rule = widths.map((width, n) =>
    n === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

function ratio(a: number | undefined, b: number | undefined): string {
  if (a === undefined || b === undefined) return '';
  const value = a / b;
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ×`;
}

function whole(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en');
}

/** Of something that was looked at several times. */
function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((each) => each.toFixed(2));
  return least === most ? `${least}` : `${least} to ${most}`;
}

/** COPY does not tell how many events have gone by until it is through. */
function memory({ peer, memoryBefore, memoryInFirstTenth, memoryHighest }: ReplayResult): string {
  const [before, early, most] = [memoryBefore, memoryInFirstTenth, memoryHighest].map((bytes) =>
    (bytes / 2 ** 20).toFixed(0),
  );
  return [before, peer === 'copy' ? '–' : early, most].join(' / ');
}
