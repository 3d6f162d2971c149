import { type handleClientStreamingCall, type Metadata, status } from '@grpc/grpc-js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { type Expected, NO_STREAM } from '../log/check-append.js';
import { type Proposed } from '../log/records.js';
import { type DoubleNode } from '../double-node.js';
import { type Append, bytesOf, carryOut, MAX_APPEND_BYTES, type Reply } from './appending.js';
import { appendTooLarge, RpcError, streamDeleted, timedOut } from './errors.js';
import { expectedOf, proposedOf, streamNameOf, success } from './messages.js';

const { AppendResp } = streamsPb;
const { Empty } = sharedPb;
const types = { Empty, Position: AppendResp.Position };

/** Streams.Append: one append for each call. */
export function append(
  node: DoubleNode,
): handleClientStreamingCall<Streams.AppendReq, Streams.AppendResp> {
  return (call, callback) => {
    let options: Streams.AppendReq.Options | undefined;
    const events: Proposed[] = [];
    call.on('data', (request: Streams.AppendReq) => {
      options ??= request.getOptions();
      const message = request.getProposedMessage();
      if (message) events.push(proposedOf(streamNameOf(options?.getStreamIdentifier()), message));
    });
    call.on('end', () => {
      const asked = appendIn(node, call.metadata, options, events);
      if (asked instanceof RpcError) {
        callback(asked);
        return;
      }
      const append = { ...asked, deadline: Number(call.getDeadline()) };
      void carryOut(node.log, append, (reply) => {
        const response = responseTo(reply, append.stream, append.expected);
        if (response instanceof RpcError) callback(response);
        else callback(null, response);
      });
    });
  };
}

function appendIn(
  node: DoubleNode,
  metadata: Metadata,
  options: Streams.AppendReq.Options | undefined,
  events: readonly Proposed[],
): Omit<Append, 'deadline'> | RpcError {
  if (!options) return new RpcError(status.UNKNOWN, 'No options');
  const elsewhere = node.refusesFor(metadata);
  if (elsewhere) return elsewhere;
  if (bytesOf(events) > MAX_APPEND_BYTES) return appendTooLarge(MAX_APPEND_BYTES);
  const stream = streamNameOf(options.getStreamIdentifier());
  return { stream, expected: expectedOf(options, options.getRevision()), events };
}

function responseTo(
  reply: Reply,
  stream: string,
  expected: Expected,
): Streams.AppendResp | RpcError {
  const response = new AppendResp();
  switch (reply.result) {
    case 'appended':
      response.setSuccess(success(new AppendResp.Success(), types, reply));
      return response;
    case 'wrong-expected-version':
      response.setWrongExpectedVersion(wrong(expected, reply.current));
      return response;
    case 'stream-deleted':
      return streamDeleted(stream);
    case 'timed-out':
      return timedOut();
    case 'refused':
      return new RpcError(status.UNAVAILABLE, reply.why);
  }
}

function wrong(expected: Expected, current: number): Streams.AppendResp.WrongExpectedVersion {
  const message = new AppendResp.WrongExpectedVersion();
  if (expected === 'any') message.setExpectedAny(new Empty());
  else if (expected === 'stream-exists') message.setExpectedStreamExists(new Empty());
  else if (expected === NO_STREAM) message.setExpectedNoStream(new Empty());
  else message.setExpectedRevision(String(expected));
  if (current === NO_STREAM) message.setCurrentNoStream(new Empty());
  else message.setCurrentRevision(String(current));
  return message;
}
