import { randomUUID } from 'node:crypto';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import { uuidOf } from './messages.js';
import { StreamsService } from './services.js';

const INSTANCE = randomUUID();

/** The version whose behaviour the double follows. */
const VERSION = '23.10.8';

/** A cluster of one, which leads; or a follower of a leader elsewhere. */
export function clusterInfo(port: number, leader?: { readonly host: string; readonly port: number }): ClusterInfo {
  const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
  const members = [member(INSTANCE, '127.0.0.1', port, leader ? FOLLOWER : LEADER)];
  if (leader) members.push(member(randomUUID(), leader.host, leader.port, LEADER));
  return new gossip.ClusterInfo().setMembersList(members);
}

function member(id: string, host: string, port: number, state: number) {
  return new gossip.MemberInfo()
    .setInstanceId(uuidOf(id))
    .setTimeStamp(String(BigInt(Date.now()) * 10_000n))
    .setState(state)
    .setIsAlive(true)
    .setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port));
}

/** By it the client decides whether to append in batches when no credentials are given. */
export function supportedMethods(): SupportedMethods {
  const FEATURES: Readonly<Record<string, string[]>> = {
    Read: ['position', 'events'],
    BatchAppend: ['deadline_duration'],
  };
  const methods = Object.values(StreamsService).map(({ path }) => {
    const [, service, method] = path.split('/') as [string, string, string];
    return new features.SupportedMethod()
      .setServiceName(service.toLowerCase())
      .setMethodName(method.toLowerCase())
      .setFeaturesList(FEATURES[method] ?? []);
  });
  return new features.SupportedMethods().setEventStoreServerVersion(VERSION).setMethodsList(methods);
}
