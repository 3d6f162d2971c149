import { type Fault, type Faults } from './judge.js';
import { type Ledger } from './ledger.js';

/** What came of a scenario. */
export interface Report extends Readonly<Record<Fault, number>> {
  readonly scenario: string;
  /** Appends. */
  readonly acknowledged: number;
  readonly refused: number;
  /** Answers that left open what became of an append, and appends whose writer died. */
  readonly unknown: number;
  /** From each fault, or its end, to an append that was acknowledged and reached every reader. */
  readonly recoveriesMs: readonly number[];
  /** A few of the faults found, explained. */
  readonly examples: readonly string[];
}

export function makeReport(
  scenario: string,
  ledger: Ledger,
  faults: Faults,
  recoveriesMs: readonly number[],
): Report {
  const answers = [...ledger.entries].map(({ answer }) => answer?.told);
  return {
    scenario,
    acknowledged: answers.filter((told) => told === 'acknowledged').length,
    refused: answers.filter((told) => told === 'refused').length,
    unknown: ledger.unknown,
    lost: faults.lost.length,
    doubled: faults.doubled.length,
    skipped: faults.skipped.length,
    outOfOrder: faults.outOfOrder.length,
    unaccounted: faults.unaccounted.length,
    recoveriesMs,
    examples: [
      faults.lost,
      faults.doubled,
      faults.skipped,
      faults.outOfOrder,
      faults.unaccounted,
    ].flatMap((found) => found.slice(0, 3)),
  };
}

/** Of the same scenario, run again and again. */
export function total([first, ...others]: readonly [Report, ...Report[]]): Report {
  return others.reduce(
    (sum, report) => ({
      scenario: sum.scenario,
      acknowledged: sum.acknowledged + report.acknowledged,
      refused: sum.refused + report.refused,
      unknown: sum.unknown + report.unknown,
      lost: sum.lost + report.lost,
      doubled: sum.doubled + report.doubled,
      skipped: sum.skipped + report.skipped,
      outOfOrder: sum.outOfOrder + report.outOfOrder,
      unaccounted: sum.unaccounted + report.unaccounted,
      recoveriesMs: [...sum.recoveriesMs, ...report.recoveriesMs],
      examples: [...sum.examples, ...report.examples],
    }),
    first,
  );
}

export function isClean(report: Report): boolean {
  const { lost, doubled, skipped, outOfOrder, unaccounted, recoveriesMs } = report;
  return (
    lost + doubled + skipped + outOfOrder + unaccounted === 0 && recoveriesMs.every(Number.isFinite)
  );
}

/** A table in Markdown, one line for each report. */
export function tableOf(reports: readonly Report[]): string {
  return [header, ...reports.map(rowOf)]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .toSpliced(1, 0, `| --- |${' ---: |'.repeat(header.length - 1)}`)
    .join('\n');
}

const header = [
  'scenario',
  'acknowledged',
  'refused',
  'unknown',
  'lost',
  'doubled',
  'skipped',
  'out of order',
  'unaccounted',
  'faults',
  'recovery ms, median / worst',
];

function rowOf(report: Report): string[] {
  const { scenario, acknowledged, refused, unknown, recoveriesMs } = report;
  const { lost, doubled, skipped, outOfOrder, unaccounted } = report;
  return [
    scenario,
    ...[acknowledged, refused, unknown, lost, doubled, skipped, outOfOrder, unaccounted].map(
      (count) => count.toLocaleString('en'),
    ),
    String(recoveriesMs.length),
    recoveryOf(recoveriesMs),
  ];
}

function recoveryOf(recoveriesMs: readonly number[]): string {
  const sorted = recoveriesMs.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const worst = sorted.at(-1);
  return median === undefined || worst === undefined ? '–' : `${inMs(median)} / ${inMs(worst)}`;
}

function inMs(ms: number): string {
  return Number.isFinite(ms) ? Math.round(ms).toLocaleString('en') : 'never';
}
