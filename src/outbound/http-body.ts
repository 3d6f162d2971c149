import { type IncomingMessage } from 'node:http';
import { OutboundError } from './outbound-error.js';

/** The body of an answer, of which only as much is read as somebody wants to know. */
export class HttpBody {
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly message: IncomingMessage,
    private readonly where: string,
  ) {
    // Nobody may be listening when the connection is closed later.
    message.on('error', () => undefined);
  }

  /**
   * Reads on until the body ends, has `maxBytes`, or is enough.
   *
   * @param isEnough Sees each piece once.
   * @returns Why it stopped; an error when the connection broke, or the signal was aborted. What came until then is in
   *   `bytes` in any case.
   */
  read(
    maxBytes: number,
    signal: AbortSignal,
    isEnough: (chunk: Buffer) => boolean = () => false,
  ): Promise<'end' | 'limit' | 'enough' | OutboundError> {
    const { message, where } = this;
    return new Promise((resolve) => {
      const settle = (end: 'end' | 'limit' | 'enough' | OutboundError): void => {
        signal.removeEventListener('abort', interrupt);
        message.off('data', take).off('end', finish).off('close', breakOff);
        message.pause();
        resolve(end);
      };
      const take = (chunk: Buffer): void => {
        const piece = chunk.subarray(0, maxBytes - this.size);
        this.chunks.push(piece);
        this.size += piece.length;
        if (isEnough(piece)) settle('enough');
        else if (piece.length < chunk.length) settle('limit');
      };
      const finish = (): void => settle('end');
      const breakOff = (): void =>
        settle(
          new OutboundError('connection_closed', `${where} closed the connection in mid-answer`),
        );
      const interrupt = (): void =>
        settle(new OutboundError('timeout', `${where} did not finish its answer`));
      if (message.readableEnded) finish();
      else if (message.destroyed) breakOff();
      else if (signal.aborted) interrupt();
      else {
        signal.addEventListener('abort', interrupt);
        message.on('data', take).once('end', finish).once('close', breakOff);
      }
    });
  }

  bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}
