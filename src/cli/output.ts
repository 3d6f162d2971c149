import { once } from 'node:events';

/** Standard output, at the pace of whoever reads it; they, such as `head`, may have had enough. */
export class Output {
  private isRead = true;

  constructor() {
    process.stdout.on('error', () => (this.isRead = false));
  }

  /** @returns Whether anybody wants more. */
  async line(text: string): Promise<boolean> {
    if (this.isRead && !process.stdout.write(`${text}\n`))
      await once(process.stdout, 'drain').catch(() => undefined);
    return this.isRead;
  }
}
