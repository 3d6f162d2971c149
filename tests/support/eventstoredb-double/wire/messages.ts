import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type * as Shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { type Answer, type Expected, NO_STREAM } from '../log/check-append.js';
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
  return filled((message) => message.setEvent(event));
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
  at(event, record.position);
  const contentType = record.isJson ? 'application/json' : 'application/octet-stream';
  event.getMetadataMap().set('type', record.type);
  event.getMetadataMap().set('content-type', contentType);
  // In ticks of 100 ns.
  event.getMetadataMap().set('created', `${record.created}0000`);
  event.setData(record.data);
  event.setCustomMetadata(record.metadata);
  return event;
}

interface PositionMessage {
  setCommitPosition(value: string): unknown;
  setPreparePosition(value: string): unknown;
}

export function at<T extends PositionMessage>(message: T, position: number): T {
  message.setCommitPosition(String(position));
  message.setPreparePosition(String(position));
  return message;
}

interface SuccessMessage<Empty, Position> {
  setCurrentRevision(value: string): unknown;
  setNoStream(value: Empty): unknown;
  setPosition(value: Position): unknown;
  setNoPosition(value: Empty): unknown;
}

/** Append and BatchAppend have messages of their own for the same things. */
export function success<
  Empty,
  Position extends PositionMessage,
  T extends SuccessMessage<Empty, Position>,
>(
  message: T,
  types: { readonly Empty: new () => Empty; readonly Position: new () => Position },
  { revision, position }: Extract<Answer, { result: 'appended' }>,
): T {
  if (revision === NO_STREAM) message.setNoStream(new types.Empty());
  else message.setCurrentRevision(String(revision));
  if (position === undefined) message.setNoPosition(new types.Empty());
  else message.setPosition(at(new types.Position(), position));
  return message;
}

export function notFoundMessage(stream: string): Streams.ReadResp {
  const notFound = new ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(streamIdentifier(stream));
  return filled((message) => message.setStreamNotFound(notFound));
}

export function confirmationMessage(id: string): Streams.ReadResp {
  const confirmation = new ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(id);
  return filled((message) => message.setConfirmation(confirmation));
}

export function checkpointMessage(position: number): Streams.ReadResp {
  return filled((message) => message.setCheckpoint(at(new ReadResp.Checkpoint(), position)));
}

export function caughtUpMessage(): Streams.ReadResp {
  return filled((message) => message.setCaughtUp(new ReadResp.CaughtUp()));
}

function filled(fill: (message: Streams.ReadResp) => unknown): Streams.ReadResp {
  const message = new ReadResp();
  fill(message);
  return message;
}
