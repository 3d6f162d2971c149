import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import packet, { type Answer, type Packet, type Question } from 'dns-packet';

/** What a name server does about a question. */
export type Reaction =
  | { readonly answers: readonly Answer[] }
  | { readonly fails: 'SERVFAIL' | 'NXDOMAIN' | 'REFUSED' }
  /** Never says a word. */
  | 'silent'
  /** Answers in time, but as if something else had been asked. */
  | 'other-id'
  | 'other-question'
  /** Bytes that are no DNS message. */
  | 'garbage'
  /** Tells over UDP that the answer is too long for it, and over TCP what it is. */
  | { readonly onlyOverTcp: readonly Answer[] };

/** A name server on loopback, over UDP and TCP, with a mind of its own. */
export class TestNameServer {
  /** What was asked, in order. */
  readonly questions: Question[] = [];
  private readonly connections = new Set<Socket>();

  private constructor(
    private readonly react: (question: Question) => Reaction,
    private readonly udp: DatagramSocket,
    private readonly tcp: Server,
  ) {}

  static async start(react: (question: Question) => Reaction): Promise<TestNameServer> {
    const [tcp, udp] = await onePort();
    const server = new TestNameServer(react, udp, tcp);
    server.listen();
    return server;
  }

  /** `127.0.0.1:port` */
  get address(): string {
    return `127.0.0.1:${this.udp.address().port}`;
  }

  async stop(): Promise<void> {
    for (const connection of this.connections) connection.destroy();
    this.tcp.close();
    this.udp.close();
    await once(this.udp, 'close');
  }

  private listen(): void {
    this.udp.on('message', (message, { port, address }) => {
      const reply = this.replyTo(packet.decode(message), 'udp');
      if (reply !== undefined) this.udp.send(reply, port, address);
    });
    this.tcp.on('connection', (connection) => {
      this.connections.add(connection);
      connection.on('error', () => undefined);
      connection.on('data', (message) => {
        const reply = this.replyTo(packet.streamDecode(message), 'tcp');
        if (reply === undefined) return;
        const length = Buffer.alloc(2);
        length.writeUInt16BE(reply.length);
        connection.write(Buffer.concat([length, reply]));
      });
    });
  }

  private replyTo(query: Packet, transport: 'udp' | 'tcp'): Buffer | undefined {
    const [question] = query.questions ?? [];
    if (question === undefined) return undefined;
    this.questions.push(question);
    const reaction = this.react(question);
    const id = query.id ?? 0;
    const base = { type: 'response' as const, id, questions: [question] };
    const flags = packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE;
    if (reaction === 'silent') return undefined;
    if (reaction === 'garbage') return Buffer.concat([Buffer.from([id >> 8, id & 0xff]), noise]);
    const lie = [{ type: 'A' as const, name: question.name, ttl: 60, data: '10.66.66.66' }];
    if (reaction === 'other-id')
      return packet.encode({ ...base, id: (id + 1) & 0xffff, flags, answers: lie });
    if (reaction === 'other-question') {
      const other = { ...question, name: 'other.example' };
      const answers = lie.map((answer) => ({ ...answer, name: other.name }));
      return packet.encode({ ...base, questions: [other], flags, answers });
    }
    if ('fails' in reaction)
      return packet.encode({ ...base, flags: flags | codes[reaction.fails], answers: [] });
    if ('answers' in reaction)
      return packet.encode({ ...base, flags, answers: [...reaction.answers] });
    return transport === 'udp'
      ? packet.encode({ ...base, flags: flags | packet.TRUNCATED_RESPONSE, answers: [] })
      : packet.encode({ ...base, flags, answers: [...reaction.onlyOverTcp] });
  }
}

/** Servers of both kinds on the same port, which must be free for both. */
async function onePort(): Promise<[Server, DatagramSocket]> {
  for (;;) {
    const tcp = createServer();
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const udp = createSocket('udp4');
    try {
      const address = tcp.address();
      udp.bind(typeof address === 'object' ? address?.port : 0, '127.0.0.1');
      await once(udp, 'listening');
      return [tcp, udp];
    } catch {
      tcp.close();
      udp.close();
    }
  }
}

const noise = Buffer.from([0x81, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff]);
const codes = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

/** Reacts with what stands in a zone, by name and type; names that are not in there do not exist. */
export function zone(records: readonly Answer[]): (question: Question) => Reaction {
  return ({ name, type }) => {
    const ofName = records.filter((record) => record.name === name.toLowerCase());
    if (ofName.length === 0) return { fails: 'NXDOMAIN' };
    return { answers: ofName.filter((record) => record.type === type) };
  };
}
