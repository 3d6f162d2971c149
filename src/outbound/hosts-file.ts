import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/** Names that this computer's own list knows (hosts(5)). It is read again when it may have changed. */
export class HostsFile {
  private names: ReadonlyMap<string, readonly string[]> = new Map();
  private readAt = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(private readonly path = '/etc/hosts') {}

  /** @returns Empty when the name is not in there. */
  async addressesOf(name: string): Promise<readonly string[]> {
    if (performance.now() - this.readAt > readEveryMs)
      await (this.reading ??= this.read().finally(() => (this.reading = undefined)));
    return this.names.get(name) ?? [];
  }

  private async read(): Promise<void> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    this.names = parse(text);
    this.readAt = performance.now();
  }
}

const readEveryMs = 5_000;

function parse(text: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const alias of aliases) {
      const name = alias.toLowerCase();
      const addresses = names.get(name);
      if (addresses === undefined) names.set(name, [address]);
      else addresses.push(address);
    }
  }
  return names;
}
