import { type handleUnaryCall } from '@grpc/grpc-js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { type Answer, type Expected } from '../log/check-append.js';
import { type DoubleNode } from '../double-node.js';
import { RpcError, streamDeleted, wrongExpectedVersion } from './errors.js';
import { expectedOf, streamNameOf } from './messages.js';

const { DeleteResp, TombstoneResp } = streamsPb;

/** Streams.Delete: the stream can come back. */
export function deleteStream(
  node: DoubleNode,
): handleUnaryCall<Streams.DeleteReq, Streams.DeleteResp> {
  return (call, callback) => {
    const { stream, expected } = target(call.request.getOptions());
    const answer =
      node.refusesFor(call.metadata) ??
      positionIn(node.log.events.delete(stream, expected), stream, expected);
    const response = new DeleteResp();
    if (typeof answer === 'number') response.setPosition(at(new DeleteResp.Position(), answer));
    if (answer instanceof RpcError) callback(answer);
    else callback(null, response);
  };
}

/** Streams.Tombstone: it cannot. */
export function tombstoneStream(
  node: DoubleNode,
): handleUnaryCall<Streams.TombstoneReq, Streams.TombstoneResp> {
  return (call, callback) => {
    const { stream, expected } = target(call.request.getOptions());
    const answer =
      node.refusesFor(call.metadata) ??
      positionIn(node.log.events.tombstone(stream, expected), stream, expected);
    const response = new TombstoneResp();
    if (typeof answer === 'number') response.setPosition(at(new TombstoneResp.Position(), answer));
    if (answer instanceof RpcError) callback(answer);
    else callback(null, response);
  };
}

type Options = Streams.DeleteReq.Options | Streams.TombstoneReq.Options;

function target(options: Options | undefined): { stream: string; expected: Expected } {
  const stream = streamNameOf(options?.getStreamIdentifier());
  return { stream, expected: options ? expectedOf(options, options.getRevision()) : 'any' };
}

function at<T extends Streams.DeleteResp.Position | Streams.TombstoneResp.Position>(
  message: T,
  position: number,
): T {
  message.setCommitPosition(String(position));
  message.setPreparePosition(String(position));
  return message;
}

function positionIn(
  answer: Answer,
  stream: string,
  expected: Expected,
): number | undefined | RpcError {
  if (answer.result === 'appended') return answer.position;
  if (answer.result === 'stream-deleted') return streamDeleted(stream);
  // As the server numbers them.
  const version = { any: -2, 'stream-exists': -4 };
  const number = typeof expected === 'number' ? expected : version[expected];
  return wrongExpectedVersion(stream, number, answer.current);
}
