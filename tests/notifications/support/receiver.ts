import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo } from 'node:net';
import { z } from 'zod';
import { type JsonNode } from '../../support/test-app.js';

/** A request as it came in. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: JsonNode;
}

/** What a receiver does with a request: answers with a status, or something worse. */
export type Reaction = number | ((request: IncomingMessage, response: ServerResponse) => void);

/** Somebody's HTTP server, on loopback, that keeps what it was sent. */
export class Receiver {
  readonly received: Received[] = [];
  private readonly reactions: Reaction[] = [];
  private otherwise: Reaction = 200;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {
    server.on('request', (request, response) => void this.take(request, response));
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Receiver(server, `http://127.0.0.1:${portOf(server)}/hook`);
  }

  /** The next requests get these, one each; those after them 200. */
  react(...reactions: readonly Reaction[]): void {
    this.reactions.push(...reactions);
  }

  always(reaction: Reaction): void {
    this.otherwise = reaction;
  }

  /** What came about an event, such as `service.unhealthy`. */
  about(event: string): Received[] {
    return this.received.filter(({ headers }) => headers['watchbook-event'] === event);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    request.setEncoding('utf8');
    for await (const chunk of request) text += String(chunk);
    const { method = '', url = '', headers } = request;
    this.received.push({ method, path: url, headers, text, body: parsed(text) });
    const reaction = this.reactions.shift() ?? this.otherwise;
    if (typeof reaction === 'function') reaction(request, response);
    else response.writeHead(reaction, { 'Content-Type': 'text/plain' }).end(`this is ${reaction}`);
  }
}

/** As docs/notifications.md tells receivers to do it. */
export function isSignedWith(secret: string, { headers, text }: Received): boolean {
  const timestamp = String(headers['watchbook-timestamp']);
  const expected = createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex');
  return String(headers['watchbook-signature']).split(',').includes(`v1=${expected}`);
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('It does not listen');
  return address.port;
}

function parsed(text: string): JsonNode {
  return z.custom<JsonNode>((value) => typeof value === 'object').parse(JSON.parse(text));
}
