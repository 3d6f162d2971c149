import { type WriteStream } from 'node:tty';

type Output = Pick<WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

/** Shows how far long work has come: one line that moves in a terminal, a plain line now and then elsewhere. */
export class Progress {
  private step = '';
  private begunAt = 0;
  private shownAt = 0;
  private isLineOpen = false;

  constructor(
    private readonly output: Output,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param of How many there are, where that is known. */
  show(step: string, done: number, of?: number): void {
    const now = this.now();
    if (step !== this.step) {
      this.end();
      this.step = step;
      this.begunAt = now;
      this.shownAt = 0;
    }
    const isLast = of !== undefined && done >= of;
    const everyMs = this.output.isTTY === true ? terminalEveryMs : plainEveryMs;
    if (!isLast && this.shownAt !== 0 && now - this.shownAt < everyMs) return;
    this.shownAt = now;
    const line = this.line(done, of, (now - this.begunAt) / 1000);
    if (this.output.isTTY !== true) {
      this.output.write(`${line}\n`);
      return;
    }
    // Back to the beginning of the line, and whatever is left of the last one goes.
    this.output.write(`\r\x1b[K${line.slice(0, this.output.columns ?? 80)}`);
    this.isLineOpen = true;
  }

  /** The line that moves stays as it is. */
  end(): void {
    if (this.isLineOpen) this.output.write('\n');
    this.isLineOpen = false;
    this.step = '';
  }

  private line(done: number, of: number | undefined, seconds: number): string {
    const rate = seconds > 0 ? done / seconds : 0;
    const speed = rate > 0 ? `, ${Math.round(rate).toLocaleString('en')}/s` : '';
    const count = done.toLocaleString('en');
    if (of === undefined || of === 0) return `${this.step.padEnd(9)} ${count} events${speed}`;
    const share = done / of;
    const bar = '#'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '.');
    const left = rate > 0 ? `, ${timeText((of - done) / rate)} left` : '';
    const percent = `${Math.floor(share * 100)} %`;
    return `${this.step.padEnd(9)} [${bar}] ${percent}, ${count} events${speed}${done < of ? left : ''}`;
  }
}

function timeText(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.ceil(seconds % 60)} s`;
}

const barWidth = 24;
const terminalEveryMs = 100;
const plainEveryMs = 5_000;
