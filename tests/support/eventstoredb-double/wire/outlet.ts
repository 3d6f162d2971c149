import { type ServerWritableStream } from '@grpc/grpc-js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { once } from 'node:events';

export type ReadCall = ServerWritableStream<Streams.ReadReq, Streams.ReadResp>;

/** The client's end of a read or a subscription. */
export class Outlet {
  private readonly over = new AbortController();
  private isSilent = false;

  constructor(private readonly call: ReadCall) {
    for (const event of ['cancelled', 'close', 'error']) call.once(event, () => this.over.abort());
  }

  /** Aborts when nobody listens any more. */
  get signal(): AbortSignal {
    return this.over.signal;
  }

  /** At the client's pace. */
  async send(message: Streams.ReadResp): Promise<void> {
    if (this.isSilent || this.signal.aborted || this.call.write(message)) return;
    // When the client goes meanwhile, the sender sees it from the signal.
    await once(this.call, 'drain', { signal: this.signal }).catch(() => undefined);
  }

  /** Stays open, and sends nothing any more. */
  silence(): void {
    this.isSilent = true;
  }

  end(): void {
    this.call.end();
  }

  fail(error: Error): void {
    this.call.emit('error', error);
  }
}
