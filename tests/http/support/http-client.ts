import { Agent, request } from 'node:http';

export interface WildRequest {
  readonly method: string;
  /** Sent as it is. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface WildAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends what fetch would put right before sending: paths with dots and stray percent signs, bodies of a GET. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });

  constructor(private readonly url: string) {}

  send({ method, path, headers, body }: WildRequest): Promise<WildAnswer> {
    const { hostname, port } = new URL(this.url);
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const length = bytes && { 'Content-Length': String(bytes.length) };
    const options = { hostname, port, method, path, agent: this.agent };
    return new Promise((resolve, reject) => {
      const sent = request({ ...options, headers: { ...headers, ...length } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const received = new Headers();
          for (const [name, values] of Object.entries(response.headersDistinct))
            for (const value of values ?? []) received.append(name, value);
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: received, text });
        });
      });
      sent.on('error', reject);
      sent.end(bytes);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
