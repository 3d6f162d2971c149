import { type WriteStream } from 'node:tty';

/** What there is to tell of a rebuild. */
export interface ShownRebuild {
  readonly projection: string;
  readonly kind: string;
  readonly stage: string;
  readonly progress: number;
  readonly events: number;
  readonly events_per_second: number | null;
  readonly seconds: number;
  readonly seconds_left: number | null;
  readonly reason: string | null;
}

/** Shows how rebuilds go: in a terminal as bars that move, elsewhere as a line now and then. */
export class RebuildProgress {
  private linesShown = 0;
  private shownAt = 0;
  private lastStages = '';

  constructor(private readonly out: Pick<WriteStream, 'isTTY' | 'write'>) {}

  show(rebuilds: readonly ShownRebuild[]): void {
    if (this.out.isTTY) {
      this.up();
      for (const rebuild of rebuilds) this.out.write(`${clearLine}${bar(rebuild)}\n`);
      this.linesShown = rebuilds.length;
      return;
    }
    const stages = rebuilds.map(({ stage }) => stage).join();
    const now = performance.now();
    if (stages === this.lastStages && now - this.shownAt < lineEveryMs) return;
    this.lastStages = stages;
    this.shownAt = now;
    for (const rebuild of rebuilds) this.out.write(`${line(rebuild)}\n`);
  }

  end(rebuilds: readonly ShownRebuild[]): void {
    if (this.out.isTTY) this.up();
    for (const rebuild of rebuilds)
      this.out.write(`${this.out.isTTY ? clearLine : ''}${outcome(rebuild)}\n`);
  }

  private up(): void {
    if (this.linesShown > 0) this.out.write(`\u001b[${this.linesShown}A`);
  }
}

const clearLine = '\u001b[2K';
const lineEveryMs = 2_000;
const width = 30;

function bar(rebuild: ShownRebuild): string {
  const full = Math.round(rebuild.progress * width);
  return `${rebuild.projection.padEnd(12)} [${'#'.repeat(full)}${'.'.repeat(width - full)}] ${details(rebuild)}`;
}

function line(rebuild: ShownRebuild): string {
  return `${rebuild.projection}: ${details(rebuild)}`;
}

function details({
  stage,
  progress,
  events,
  events_per_second,
  seconds_left,
}: ShownRebuild): string {
  const parts = [`${stage} ${Math.floor(progress * 100)} %`, `${number(events)} events`];
  if (events_per_second !== null) parts.push(`${number(events_per_second)}/s`);
  if (seconds_left !== null) parts.push(`${Math.ceil(seconds_left)} s left`);
  return parts.join(', ');
}

function outcome({ projection, kind, stage, events, seconds, reason }: ShownRebuild): string {
  const took = `${number(events)} events in ${seconds.toFixed(1)} s`;
  switch (stage) {
    case 'swapped':
      return `${projection}: the ${kind} is done, ${took}; the table before it is kept`;
    case 'cancelled':
      return `${projection}: the ${kind} was cancelled; the read model is as it was`;
    default:
      return `${projection}: the ${kind} failed; the read model is as it was\n  ${reason ?? ''}`;
  }
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
