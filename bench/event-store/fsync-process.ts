import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { median } from './statistics.js';

/**
 * Writes 8 kB, as much as a page of the log of PostgreSQL, and waits until they are on the disk, again and again:
 * `fsync-process.js <file>`. Prints how long that takes, the median in ms.
 */
const file = openSync(process.argv[2] ?? '', 'w');
const page = Buffer.alloc(8192, 1);
const times: number[] = [];
for (let n = 0; n < 300; n += 1) {
  writeSync(file, page, 0, page.length, (n % 100) * page.length);
  const started = performance.now();
  fdatasyncSync(file);
  times.push(performance.now() - started);
}
closeSync(file);
console.log(median(times));
