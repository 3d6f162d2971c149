import { type Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { TcpProxy } from '../tcp-proxy.js';
import { onPort } from './ports.js';
import { type ServedLog } from './served-log.js';
import { append } from './wire/append.js';
import { batchAppend } from './wire/batch-append.js';
import { gossip, supportedMethods } from './wire/cluster.js';
import { deleteStream, tombstoneStream } from './wire/delete.js';
import { notLeader, type RpcError } from './wire/errors.js';
import { read } from './wire/read.js';

/** One address at which a log is served. What goes wrong with connections is up to the proxy in front of it. */
export class DoubleNode {
  private constructor(
    readonly log: ServedLog,
    private readonly server: Server,
    readonly proxy: TcpProxy,
  ) {}

  /** @param port 0 for a free one */
  static async start(log: ServedLog, port: number): Promise<DoubleNode> {
    const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
    const inner = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    const proxy = await onPort(port, (outer) => TcpProxy.start(`tcp://127.0.0.1:${inner}`, outer));
    const node = new DoubleNode(log, server, proxy);
    server.addService(featuresGrpc.ServerFeaturesService, {
      getSupportedMethods: supportedMethods(node),
    });
    server.addService(gossipGrpc.GossipService, { read: gossip(node) });
    server.addService(streamsGrpc.StreamsService, {
      append: append(node),
      batchAppend: batchAppend(node),
      delete: deleteStream(node),
      read: read(node),
      tombstone: tombstoneStream(node),
    });
    return node;
  }

  get port(): number {
    return Number(new URL(this.proxy.url).port);
  }

  get leads(): boolean {
    return this.log.leader === this;
  }

  /** A follower serves whoever does not insist on the leader, and says where that is to whoever does. */
  refusesFor(metadata: Metadata): RpcError | undefined {
    const insists = metadata.get('requires-leader').includes('true');
    return insists && !this.leads ? notLeader(this.log.leader.port) : undefined;
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    this.server.forceShutdown();
  }
}
