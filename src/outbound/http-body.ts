import { type IncomingMessage } from 'node:http';
import { OutboundError } from './outbound-error.js';

export interface BodyLimits {
  /** In bytes; what comes after them is not read. */
  readonly maxBytes: number;
  /** How many of them to keep; all, by default. */
  readonly keepBytes?: number;
  /** Ends it at any time. */
  readonly signal: AbortSignal;
  /** Sees each piece once, and says whether the rest need not be read. */
  readonly isEnough?: (piece: Buffer) => boolean;
}

/** Why no more was read; an error when the connection broke, or the signal was aborted. */
export type BodyEnd = 'end' | 'limit' | 'enough' | OutboundError;

/** The body of an answer, of which only as much is read as somebody wants to know. It is read once. */
export class HttpBody {
  private readonly kept: Buffer[] = [];

  constructor(
    private readonly message: IncomingMessage,
    private readonly where: string,
  ) {
    // Nobody may be listening when the connection is closed later.
    message.on('error', () => undefined);
  }

  /** Reads until the body ends, is long enough or tells enough. What was kept until then is in `bytes` in any case. */
  read({ maxBytes, keepBytes = maxBytes, signal, isEnough }: BodyLimits): Promise<BodyEnd> {
    const { message, where } = this;
    let [toRead, toKeep] = [maxBytes, keepBytes];
    return new Promise((resolve) => {
      const settle = (end: BodyEnd): void => {
        signal.removeEventListener('abort', interrupt);
        message.off('data', take).off('end', finish).off('close', breakOff);
        message.pause();
        resolve(end);
      };
      const take = (chunk: Buffer): void => {
        const piece = chunk.subarray(0, toRead);
        toRead -= piece.length;
        if (toKeep > 0) this.kept.push(Buffer.from(piece.subarray(0, toKeep)));
        toKeep -= Math.min(toKeep, piece.length);
        if (isEnough?.(piece) === true) settle('enough');
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
    return Buffer.concat(this.kept);
  }
}
