import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A message as it came in. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and text, as they were sent. */
  readonly raw: string;
}

/** A mail server on loopback that takes everything, or refuses what it is told to. */
export class MailServer {
  readonly taken: TakenMail[] = [];
  private readonly refusals: { readonly code: number; readonly text: string }[] = [];

  private constructor(
    private readonly server: SMTPServer,
    readonly url: string,
  ) {}

  static async start(user: string, password: string): Promise<MailServer> {
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (auth, _, answer) => {
        const isRight = auth.username === user && auth.password === password;
        answer(isRight ? null : refusal(535, 'Who are you?'), { user });
      },
      onRcptTo: (_address, _session, answer) => {
        const refused = mailServer.refusals.shift();
        answer(refused && refusal(refused.code, refused.text));
      },
      onData: (stream, { envelope }, answer) => {
        let raw = '';
        stream.on('data', (chunk: Buffer) => (raw += chunk.toString()));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = envelope;
          const from = mailFrom === false ? '' : mailFrom.address;
          mailServer.taken.push({ from, to: rcptTo.map(({ address }) => address), raw });
          answer();
        });
      },
    });
    const listening = server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const address: AddressInfo | string | null = listening.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
    const mailServer = new MailServer(server, `smtp://${credentials}@127.0.0.1:${port}`);
    return mailServer;
  }

  /** The next recipient is answered with this code. */
  refuse(code: number, text: string): void {
    this.refusals.push({ code, text });
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}

function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
