import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type * as Shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { type Expected, NO_STREAM } from '../log/check-append.js';
import { type LogRecord, type Proposed, TOMBSTONE } from '../log/records.js';

const { ReadResp } = streamsPb;

/** What all requests that change a stream say about its revision. */
interface ExpectedRevision {
  hasNoStream(): boolean;
  hasAny(): boolean;
  hasStreamExists(): boolean;
}

export function expectedOf(options: ExpectedRevision, revision: string): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'stream-exists';
  return options.hasNoStream() ? NO_STREAM : Number(revision);
}

export function streamNameOf(identifier: Shared.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

export function streamIdentifier(stream: string): Shared.StreamIdentifier {
  const identifier = new sharedPb.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream).toString('base64'));
  return identifier;
}

interface ProposedMessage {
  getId(): Shared.UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getCustomMetadata_asU8(): Uint8Array;
  getData_asU8(): Uint8Array;
}

export function proposedOf(stream: string, message: ProposedMessage): Proposed {
  return {
    stream,
    id: message.getId()?.getString().toLowerCase() ?? '',
    type: message.getMetadataMap().get('type') ?? '',
    isJson: message.getMetadataMap().get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** @param target Of the link that the record is, when links are to be resolved; `missing` when it is gone. */
export function eventMessage(record: LogRecord, target?: LogRecord | 'missing'): Streams.ReadResp {
  const event = new ReadResp.ReadEvent();
  event.setCommitPosition(String(record.position));
  if (target === undefined) event.setEvent(recordedEvent(record));
  else event.setLink(recordedEvent(record));
  if (target !== undefined && target !== 'missing') event.setEvent(recordedEvent(target));
  const message = new ReadResp();
  message.setEvent(event);
  return message;
}

function recordedEvent(record: LogRecord): Streams.ReadResp.ReadEvent.RecordedEvent {
  const event = new ReadResp.ReadEvent.RecordedEvent();
  const id = new sharedPb.UUID();
  id.setString(record.id);
  event.setId(id);
  event.setStreamIdentifier(streamIdentifier(record.stream));
  event.setStreamRevision(
    record.revision === TOMBSTONE ? '9223372036854775807' : String(record.revision),
  );
  event.setCommitPosition(String(record.position));
  event.setPreparePosition(String(record.position));
  const contentType = record.isJson ? 'application/json' : 'application/octet-stream';
  event.getMetadataMap().set('type', record.type);
  event.getMetadataMap().set('content-type', contentType);
  // In ticks of 100 ns.
  event.getMetadataMap().set('created', `${record.created}0000`);
  event.setData(record.data);
  event.setCustomMetadata(record.metadata);
  return event;
}

export function notFoundMessage(stream: string): Streams.ReadResp {
  const notFound = new ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(streamIdentifier(stream));
  const message = new ReadResp();
  message.setStreamNotFound(notFound);
  return message;
}

export function confirmationMessage(id: string): Streams.ReadResp {
  const confirmation = new ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(id);
  const message = new ReadResp();
  message.setConfirmation(confirmation);
  return message;
}

export function checkpointMessage(position: number): Streams.ReadResp {
  const checkpoint = new ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(position));
  checkpoint.setPreparePosition(String(position));
  const message = new ReadResp();
  message.setCheckpoint(checkpoint);
  return message;
}

export function caughtUpMessage(): Streams.ReadResp {
  const message = new ReadResp();
  message.setCaughtUp(new ReadResp.CaughtUp());
  return message;
}
