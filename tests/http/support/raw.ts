import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends exactly these bytes, as no well-behaved client would, and reads until the server hangs up. */
export async function sendBytes(url: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(bytes);
  await closed;
  return Buffer.concat(chunks).toString('latin1');
}

/** A request by its parts; the connection is closed after the answer. */
export function request(line: string, headers: readonly string[] = [], body = ''): string {
  return [`${line} HTTP/1.1`, 'Host: watchbook', 'Connection: close', ...headers, '', body].join(
    '\r\n',
  );
}

/** Reads an answer as fetch would give it. */
export function parseAnswer(answer: string): { status: number; headers: Headers; text: string } {
  const end = answer.indexOf('\r\n\r\n');
  const [first = '', ...lines] = answer.slice(0, end).split('\r\n');
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(first.split(' ')[1]), headers, text: answer.slice(end + 4) };
}

/** Sends these bytes and breaks the connection, as a client that crashes does. */
export async function sendBytesAndLeave(url: string, bytes: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  const closed = once(socket, 'close');
  socket.resetAndDestroy();
  await closed;
}
