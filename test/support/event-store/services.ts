import gossip from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';

// The generated modules are CommonJS made without names that Node could see: they have to be taken whole.
export const { GossipService } = gossip;
export const { ServerFeaturesService } = features;
export const { StreamsService } = streams;
