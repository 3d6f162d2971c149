import { type handleUnaryCall } from '@grpc/grpc-js';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import type * as Gossip from '@eventstore/db-client/generated/gossip_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type * as Features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type * as Shared from '@eventstore/db-client/generated/shared_pb.js';
import { type DoubleNode } from '../double-node.js';

const { VNodeState } = gossipPb.MemberInfo;

/** Gossip.Read: who there is, and who leads. */
export function gossip(node: DoubleNode): handleUnaryCall<Shared.Empty, Gossip.ClusterInfo> {
  return (_call, callback) => {
    const info = new gossipPb.ClusterInfo();
    for (const member of node.log.nodes) info.addMembers(memberInfo(member));
    callback(null, info);
  };
}

function memberInfo(node: DoubleNode): Gossip.MemberInfo {
  const id = new sharedPb.UUID();
  id.setString(`00000000-0000-4000-8000-${String(node.port).padStart(12, '0')}`);
  const endpoint = new gossipPb.EndPoint();
  endpoint.setAddress('127.0.0.1');
  endpoint.setPort(node.port);
  const info = new gossipPb.MemberInfo();
  info.setInstanceId(id);
  info.setTimeStamp(`${Date.now()}0000`);
  info.setState(node.leads ? VNodeState.LEADER : VNodeState.FOLLOWER);
  info.setIsAlive(true);
  info.setHttpEndPoint(endpoint);
  return info;
}

/** ServerFeatures.GetSupportedMethods: what the client may call. */
export function supportedMethods(
  node: DoubleNode,
): handleUnaryCall<Shared.Empty, Features.SupportedMethods> {
  return (_call, callback) => {
    const methods = ['append', 'delete', 'read', 'tombstone'];
    const answer = new featuresPb.SupportedMethods();
    answer.setEventStoreServerVersion('23.10.2');
    for (const name of node.log.batchAppend ? [...methods, 'batchappend'] : methods) {
      const method = new featuresPb.SupportedMethod();
      method.setServiceName('event_store.client.streams.streams');
      method.setMethodName(name);
      answer.addMethods(method);
    }
    callback(null, answer);
  };
}
