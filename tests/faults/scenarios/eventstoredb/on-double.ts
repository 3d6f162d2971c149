import {
  type DoubleLog,
  type DoubleLogOptions,
  EventStoreDbDouble,
} from '../../../support/eventstoredb-double/eventstoredb-double.js';
import { type Report } from '../../accounting/report.js';
import { type Adapter } from '../../support/adapter.js';
import { eventStoreDb } from '../../support/eventstoredb-adapter.js';
import { Stage } from '../../support/stage.js';
import { type WriterOptions } from '../../support/writer.js';

/** It is over when the promise is fulfilled. */
export type DoubleFault = (log: DoubleLog, double: EventStoreDbDouble) => Promise<unknown>;

export interface OnDouble {
  /** One each round. */
  readonly faults: readonly DoubleFault[];
  readonly rounds: number;
  /** Through which writers write, and readers read; Watchbook's own when left out. */
  readonly writers?: Adapter;
  readonly readers?: Adapter;
  readonly options?: WriterOptions;
  readonly log?: DoubleLogOptions;
  /** How long readers may take; left out, they must come to the end. */
  readonly limitMs?: number;
}

/** For all logs of this process, with which it ends. */
let running: Promise<EventStoreDbDouble> | undefined;

/** Lets faults happen to a log of a double of EventStoreDB while it is written and read. */
export async function onDouble(
  scenario: string,
  { faults, rounds, writers = eventStoreDb, readers = eventStoreDb, ...settings }: OnDouble,
): Promise<Report> {
  const { options = {}, limitMs } = settings;
  const double = await (running ??= EventStoreDbDouble.start());
  const log = await double.openLog(settings.log);
  const stage = new Stage(writers, log.url);
  stage.afterwards(() => log.close());
  const happen = async ({ witness }: Stage): Promise<void> => {
    const reader = witness.follow('reader', stage.open(log.url, readers));
    stage.write(stage.open(), 8, options);
    await witness.acknowledges(50);
    for (let round = 0; round < rounds; round += 1) {
      witness.follow(`reader from ${round}`, stage.open(log.url, readers), reader.checkpoint);
      await witness.acknowledges(50);
      await faults[round % faults.length]?.(log, double);
      await witness.recovers(limitMs);
    }
  };
  return stage.play(scenario, happen, limitMs);
}
