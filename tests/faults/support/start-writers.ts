import { type Notice } from '../accounting/ledger.js';
import { adapterNamed } from './adapters.js';
import { WriterProcessSettings } from './writer-process.js';
import { Writer } from './writer.js';

/**
 * Writers in a process of its own, to be killed: each notice is a line on standard output, written before an append is
 * sent and after it was answered. They stop when standard input ends.
 */
const settings = WriterProcessSettings.parse(JSON.parse(process.argv[2] ?? ''));
const say = (notice: Notice): void => {
  process.stdout.write(`${JSON.stringify(notice)}\n`);
};
const { store, close } = adapterNamed(settings.adapter).open(settings.url);
const writers = Array.from(
  { length: settings.writers },
  (_, n) => new Writer(store, `${settings.name}-${n}`, say, settings.options),
);
process.stdin.resume().on('end', () => {
  void Promise.all(writers.map((writer) => writer.stop())).then(close);
});
