import { type handleBidiStreamingCall } from '@grpc/grpc-js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type * as Shared from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import type * as Status from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import { type Expected, NO_STREAM } from '../log/check-append.js';
import { type Proposed } from '../log/records.js';
import { type DoubleNode } from '../double-node.js';
import { type Append, bytesOf, carryOut, MAX_APPEND_BYTES, type Reply } from './appending.js';
import { expectedOf, proposedOf, streamIdentifier, streamNameOf, success } from './messages.js';

const { BatchAppendResp } = streamsPb;
const { Empty } = emptyPb;
const types = { Empty, Position: sharedPb.AllStreamPosition };

interface Gathering extends Append {
  readonly events: Proposed[];
}

/** Streams.BatchAppend: one call for all appends of a client; each may come in several messages. */
export function batchAppend(
  node: DoubleNode,
): handleBidiStreamingCall<Streams.BatchAppendReq, Streams.BatchAppendResp> {
  return (call) => {
    const gathering = new Map<string, Gathering>();
    call.on('data', (request: Streams.BatchAppendReq) => {
      const correlation = request.getCorrelationId();
      const key = correlation?.getString() ?? '';
      const options = request.getOptions();
      const append = options ? begin(options) : gathering.get(key);
      // More of one that has been refused.
      if (!append) return;
      gathering.set(key, append);
      for (const message of request.getProposedMessagesList()) {
        append.events.push(proposedOf(append.stream, message));
      }
      const respond = (response: Streams.BatchAppendResp): void => {
        response.setCorrelationId(correlation);
        response.setStreamIdentifier(streamIdentifier(append.stream));
        if (!call.destroyed) call.write(response);
      };
      const isTooLarge = bytesOf(append.events) > MAX_APPEND_BYTES;
      if (isTooLarge || request.getIsFinal()) gathering.delete(key);
      const elsewhere = node.refusesFor(call.metadata);
      if (isTooLarge) respond(failed(tooLarge()));
      else if (elsewhere) call.emit('error', elsewhere);
      else if (request.getIsFinal()) {
        void carryOut(node.log, append, (reply) => respond(responseTo(reply, append)));
      }
    });
    call.on('end', () => call.end());
  };
}

function begin(options: Streams.BatchAppendReq.Options): Gathering {
  return {
    stream: streamNameOf(options.getStreamIdentifier()),
    expected: expectedOf(options, options.getStreamPosition()),
    events: [],
    deadline: options.getDeadline()?.toDate().getTime() ?? Infinity,
  };
}

function responseTo(reply: Reply, { stream, expected }: Append): Streams.BatchAppendResp {
  switch (reply.result) {
    case 'appended': {
      const response = new BatchAppendResp();
      response.setSuccess(success(new BatchAppendResp.Success(), types, reply));
      return response;
    }
    case 'wrong-expected-version':
      return failed(wrong(expected, reply.current));
    case 'stream-deleted': {
      const deleted = new sharedPb.StreamDeleted();
      deleted.setStreamIdentifier(streamIdentifier(stream));
      return failed(statusOf('StreamDeleted', deleted));
    }
    case 'timed-out':
      return failed(statusOf('Timeout', new sharedPb.Timeout()));
    case 'refused': {
      // No code, no type: the client makes an UnknownError of it.
      const status = new statusPb.Status();
      status.setMessage(reply.why);
      status.setDetails(packed(new Empty(), 'google.protobuf.Empty'));
      return failed(status);
    }
  }
}

function failed(status: Status.Status): Streams.BatchAppendResp {
  const response = new BatchAppendResp();
  response.setError(status);
  return response;
}

function wrong(expected: Expected, current: number): Status.Status {
  const details: Shared.WrongExpectedVersion = new sharedPb.WrongExpectedVersion();
  if (expected === 'any') details.setExpectedAny(new Empty());
  else if (expected === 'stream-exists') details.setExpectedStreamExists(new Empty());
  else if (expected === NO_STREAM) details.setExpectedNoStream(new Empty());
  else details.setExpectedStreamPosition(String(expected));
  if (current === NO_STREAM) details.setCurrentNoStream(new Empty());
  else details.setCurrentStreamRevision(String(current));
  return statusOf('WrongExpectedVersion', details);
}

function tooLarge(): Status.Status {
  const details = new sharedPb.MaximumAppendSizeExceeded();
  details.setMaxappendsize(MAX_APPEND_BYTES);
  return statusOf('MaximumAppendSizeExceeded', details);
}

function statusOf(name: string, details: { serializeBinary(): Uint8Array }): Status.Status {
  const status = new statusPb.Status();
  status.setMessage(name);
  status.setDetails(packed(details, `event_store.client.${name}`));
  return status;
}

function packed(
  message: { serializeBinary(): Uint8Array },
  type: string,
): InstanceType<typeof anyPb.Any> {
  const any = new anyPb.Any();
  any.pack(message.serializeBinary(), type);
  return any;
}
