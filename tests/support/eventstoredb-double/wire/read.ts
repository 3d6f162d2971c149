import { type handleServerStreamingCall, status } from '@grpc/grpc-js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { readAll, readStream, type Start, targetOf } from '../log/reading.js';
import { type LogRecord } from '../log/records.js';
import { type DoubleNode } from '../double-node.js';
import { type ServedLog } from '../served-log.js';
import { invalidPosition, RpcError, streamDeleted } from './errors.js';
import { eventMessage, notFoundMessage, streamNameOf } from './messages.js';
import { Outlet } from './outlet.js';
import { subscribe } from './subscription.js';

const { ReadDirection } = streamsPb.ReadReq.Options;

/** Streams.Read: reads of a stream or of `$all`, and subscriptions to either. */
export function read(
  node: DoubleNode,
): handleServerStreamingCall<Streams.ReadReq, Streams.ReadResp> {
  return (call) => {
    const outlet = new Outlet(call);
    const options = call.request.getOptions();
    const elsewhere = node.refusesFor(call.metadata);
    if (elsewhere) outlet.fail(elsewhere);
    else if (!options) outlet.fail(new RpcError(status.INVALID_ARGUMENT, 'No options'));
    else if (options.hasSubscription()) void subscribe(node.log, outlet, options);
    else void readOnce(node.log, outlet, options);
  };
}

async function readOnce(
  log: ServedLog,
  outlet: Outlet,
  options: Streams.ReadReq.Options,
): Promise<void> {
  const records = asked(log, options);
  if (records instanceof RpcError) {
    outlet.fail(records);
    return;
  }
  const stream = streamNameOf(options.getStream()?.getStreamIdentifier());
  if (records === 'not-found') await outlet.send(notFoundMessage(stream));
  for (const record of records === 'not-found' ? [] : records) {
    await outlet.send(messageOf(log, record, options));
    if (outlet.signal.aborted) return;
  }
  outlet.end();
}

function asked(
  { events }: ServedLog,
  options: Streams.ReadReq.Options,
): readonly LogRecord[] | 'not-found' | RpcError {
  const isForwards = options.getReadDirection() === ReadDirection.FORWARDS;
  const direction = isForwards ? 'forwards' : 'backwards';
  const count = Number(options.getCount());
  const streamOptions = options.getStream();
  if (streamOptions) {
    const stream = streamNameOf(streamOptions.getStreamIdentifier());
    const records = readStream(events, stream, revisionOf(streamOptions), direction, count);
    return records === 'deleted' ? streamDeleted(stream) : records;
  }
  const records = readAll(events, positionOf(options.getAll()), direction, count);
  return records === 'invalid-position' ? invalidPosition() : records;
}

export function revisionOf(options: Streams.ReadReq.Options.StreamOptions): Start {
  if (options.hasStart()) return 'start';
  return options.hasEnd() ? 'end' : Number(options.getRevision());
}

export function positionOf(options: Streams.ReadReq.Options.AllOptions | undefined): Start {
  const position = options?.getPosition();
  if (position) return Number(position.getCommitPosition());
  return options?.hasEnd() ? 'end' : 'start';
}

export function messageOf(
  { events }: ServedLog,
  record: LogRecord,
  options: Streams.ReadReq.Options,
): Streams.ReadResp {
  const isLink = options.getResolveLinks() && record.type === '$>';
  return eventMessage(record, isLink ? (targetOf(events, record) ?? 'missing') : undefined);
}
