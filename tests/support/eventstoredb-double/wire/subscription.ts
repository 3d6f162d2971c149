import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { randomUUID } from 'node:crypto';
import { isBoundary, visibleIn } from '../log/reading.js';
import { type LogRecord } from '../log/records.js';
import { type ServedLog } from '../served-log.js';
import { invalidPosition, streamDeleted } from './errors.js';
import { type Interest, interestIn } from './filter.js';
import {
  caughtUpMessage,
  checkpointMessage,
  confirmationMessage,
  streamNameOf,
} from './messages.js';
import { type Outlet } from './outlet.js';
import { messageOf, positionOf, revisionOf } from './read.js';

/** Sends what comes after the start, then what is appended, until the client goes. */
export async function subscribe(
  log: ServedLog,
  outlet: Outlet,
  options: Streams.ReadReq.Options,
): Promise<void> {
  log.subscriptions.add(outlet);
  outlet.signal.addEventListener('abort', () => log.subscriptions.delete(outlet));
  await outlet.send(confirmationMessage(randomUUID()));
  const subscription = new Subscription(log, outlet, options);
  const stream = options.getStream();
  if (stream) await subscription.followStream(stream);
  else await subscription.followAll();
}

class Subscription {
  private readonly interest: Interest | undefined;
  /** Since the last checkpoint. */
  private considered = 0;
  private checkpoint = -1;

  constructor(
    private readonly log: ServedLog,
    private readonly outlet: Outlet,
    private readonly options: Streams.ReadReq.Options,
  ) {
    this.interest = interestIn(options.getFilter());
  }

  async followStream(options: Streams.ReadReq.Options.StreamOptions): Promise<void> {
    const { events } = this.log;
    const stream = streamNameOf(options.getStreamIdentifier());
    const from = revisionOf(options);
    const visible = visibleIn(events, stream);
    const end = events.records.length;
    if (visible === 'deleted') {
      this.outlet.fail(streamDeleted(stream));
      return;
    }
    const old = visible === 'not-found' ? [] : visible;
    const last = old.at(-1)?.revision ?? -1;
    const after = from === 'start' ? -1 : from === 'end' ? last : from;
    for (const record of old) if (record.revision > after) await this.event(record);
    await this.goLive(end, async (record) => {
      if (record.stream === stream && record.revision > after) await this.event(record);
    });
  }

  async followAll(): Promise<void> {
    const { events } = this.log;
    const from = positionOf(this.options.getAll());
    if (typeof from === 'number' && !isBoundary(events, from)) {
      this.outlet.fail(invalidPosition());
      return;
    }
    const after = from === 'start' ? -1 : from === 'end' ? events.lastPosition : from;
    let index = events.indexOf(after + 1);
    const isBehind = index < events.records.length;
    for (; index < events.records.length && !this.outlet.signal.aborted; index++) {
      const record = events.records[index];
      if (record) await this.consider(record);
    }
    if (isBehind) await this.reach(events.records[index - 1]);
    await this.goLive(index, async (record) => {
      if (record.position > after) await this.consider(record);
    });
  }

  private async goLive(from: number, next: (record: LogRecord) => Promise<void>): Promise<void> {
    await this.outlet.send(caughtUpMessage());
    for (let index = from; !this.outlet.signal.aborted;) {
      const record = this.log.events.records[index];
      if (record) {
        await next(record);
        index += 1;
      } else {
        await this.log.events.appended(this.outlet.signal);
      }
    }
  }

  private async consider(record: LogRecord): Promise<void> {
    if (this.interest?.includes(record) ?? true) await this.event(record);
    this.considered += 1;
    if (this.considered === this.interest?.checkpointEvery) await this.reach(record);
  }

  /** Tells whoever filters how far the server has got. */
  private async reach(record: LogRecord | undefined): Promise<void> {
    if (!this.interest || !record || record.position <= this.checkpoint) return;
    this.considered = 0;
    this.checkpoint = record.position;
    await this.outlet.send(checkpointMessage(record.position));
  }

  private async event(record: LogRecord): Promise<void> {
    await this.outlet.send(messageOf(this.log, record, this.options));
  }
}
