import { type handleUnaryCall, type Metadata } from '@grpc/grpc-js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { type DoubleNode } from '../double-node.js';
import { RpcError, streamDeleted, wrongExpectedVersion } from './errors.js';
import { at, expectedOf, streamNameOf } from './messages.js';

const { DeleteResp, TombstoneResp } = streamsPb;

/** Streams.Delete: the stream can come back. */
export function deleteStream(
  node: DoubleNode,
): handleUnaryCall<Streams.DeleteReq, Streams.DeleteResp> {
  return ({ request, metadata }, callback) => {
    const position = remove(node, metadata, request.getOptions(), 'delete');
    const response = new DeleteResp();
    if (position instanceof RpcError) callback(position);
    else callback(null, response.setPosition(at(new DeleteResp.Position(), position)));
  };
}

/** Streams.Tombstone: it cannot. */
export function tombstoneStream(
  node: DoubleNode,
): handleUnaryCall<Streams.TombstoneReq, Streams.TombstoneResp> {
  return ({ request, metadata }, callback) => {
    const position = remove(node, metadata, request.getOptions(), 'tombstone');
    const response = new TombstoneResp();
    if (position instanceof RpcError) callback(position);
    else callback(null, response.setPosition(at(new TombstoneResp.Position(), position)));
  };
}

function remove(
  node: DoubleNode,
  metadata: Metadata,
  options: Streams.DeleteReq.Options | Streams.TombstoneReq.Options | undefined,
  how: 'delete' | 'tombstone',
): number | RpcError {
  const elsewhere = node.refusesFor(metadata);
  if (elsewhere) return elsewhere;
  const stream = streamNameOf(options?.getStreamIdentifier());
  const expected = options ? expectedOf(options, options.getRevision()) : 'any';
  const answer = node.log.events[how](stream, expected);
  if (answer.result === 'appended') return answer.position ?? 0;
  if (answer.result === 'stream-deleted') return streamDeleted(stream);
  // As the server numbers them.
  const numbers = { any: -2, 'stream-exists': -4 };
  const number = typeof expected === 'number' ? expected : numbers[expected];
  return wrongExpectedVersion(stream, number, answer.current);
}
