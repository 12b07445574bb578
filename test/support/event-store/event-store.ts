import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IGossipServer } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type { IServerFeaturesServer } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { append, batchAppend, deleted, remove, tombstoned } from './appending.js';
import { answering, send, streaming, unary } from './calls.js';
import { type AppendFailure, Faults } from './faults.js';
import { clusterInfo, supportedMethods } from './node-service.js';
import { read } from './reading.js';
import { GossipService, ServerFeaturesService, StreamsService } from './services.js';
import { Store, type StoreOptions } from './store.js';
import { type Subscription, subscriptionTo } from './subscriptions.js';
import { Wire } from './wire.js';

export interface EventStoreOptions extends StoreOptions {
  /** Bytes of data in one append. Default 1 MiB, as the real server's. */
  readonly maxAppendBytes?: number;
  /** The events of another node: both are of one cluster then. */
  readonly sharing?: EventStore;
}

/** The largest message that the real server takes. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Messages that a subscription sends in one turn: see `DELIVERED_AT_ONCE`. */
const SENT_AT_ONCE = 4;

/**
 * Starts a server in this process that speaks EventStoreDB's protocol with the real client over a real connection, as
 * far as an event log needs it, and that fails on command. It behaves as version 23.10 of the real server does.
 */
export async function startEventStore(options: EventStoreOptions = {}): Promise<EventStore> {
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES });
  const target = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
  const eventStore = new EventStore(server, new Wire(target), options);
  await eventStore.start();
  return eventStore;
}

export class EventStore {
  readonly store: Store;
  private readonly faults = new Faults(() => this.dropConnections());
  private readonly subscriptions = new Set<Subscription>();

  constructor(
    private readonly server: Server,
    private readonly wire: Wire,
    private readonly options: EventStoreOptions,
  ) {
    this.store = options.sharing?.store ?? new Store(options);
    this.serveStreams();
    const gossip: IGossipServer = {
      read: unary(async () => {
        await this.faults.enter();
        return clusterInfo(this.port, this.faults.leaderElsewhere);
      }),
    };
    server.addService(GossipService, gossip);
    const features: IServerFeaturesServer = {
      getSupportedMethods: unary(async () => {
        await this.faults.enter();
        return supportedMethods();
      }),
    };
    server.addService(ServerFeaturesService, features);
  }

  get port(): number {
    return this.wire.port;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** Again on the same port, with the same events. */
  async start(): Promise<void> {
    this.store.restart();
    await this.wire.plugIn();
  }

  /** As if its process had been killed: connections break and new ones are refused. Events stay. */
  async stop(): Promise<void> {
    await this.wire.unplug();
  }

  async close(): Promise<void> {
    this.speak();
    await this.stop();
    this.server.forceShutdown();
  }

  dropConnections(): void {
    this.wire.cut();
  }

  /** Connections stay and are accepted, but nothing is heard, not even an answer to pings, until `speak`. */
  silence(): void {
    this.wire.silence(true);
  }

  speak(): void {
    this.wire.silence(false);
  }

  /** Each call is looked at only after this time. */
  delayCalls(milliseconds: number): void {
    this.faults.delayMs = milliseconds;
  }

  /** Appends are stored at once but confirmed only after this time; the same append meanwhile times out after 2 s. */
  delayCommits(milliseconds: number): void {
    this.faults.commitDelayMs = milliseconds;
  }

  /** Ends running subscriptions without an error, as a server does that shuts down in order. */
  endSubscriptions(): void {
    for (const subscription of this.subscriptions) subscription.end();
  }

  /** Before or after it was stored: the client can't know which. Called twice, two appends fail. */
  failNextAppend(when: 'before' | 'after', how: AppendFailure = 'cut'): void {
    this.faults.failNextAppend(when, how);
  }

  /** No append that holds an event of this type is stored from now on. */
  refuseEventsOfType(type: string): void {
    this.faults.poison.add(type);
  }

  /** Unauthenticated: an unknown user or a wrong password. Denied: a user who may not. */
  setLogin(answer: 'accepted' | 'unauthenticated' | 'denied'): void {
    this.faults.login = answer;
  }

  /** What gRPC has for a full disk. Version 23.10 never says it: its process ends, as with `stop`. */
  fillDisk(isFull = true): void {
    this.faults.isDiskFull = isFull;
  }

  /** A node without a leader answers every call that it is not ready. */
  setReady(isReady: boolean): void {
    this.faults.isReady = isReady;
  }

  /** It becomes a follower of this leader, or the leader again: calls that require the leader are sent there. */
  moveLeader(leader?: { readonly host: string; readonly port: number }): void {
    this.faults.leaderElsewhere = leader;
  }

  private serveStreams(): void {
    const { store, faults } = this;
    const { bug, maxAppendBytes = 1024 * 1024 } = this.options;
    const writing = { store, faults, maxAppendBytes, bug };
    const service: IStreamsServer = {
      append: (call, callback) =>
        answering(callback, async () => {
          await faults.enter();
          return append(writing, call);
        }),
      batchAppend: (call) =>
        streaming(call, async () => {
          await faults.enter();
          await batchAppend(writing, call);
        }),
      delete: unary(async (call) => {
        await faults.enter();
        return deleted(await remove(writing, 'soft', call));
      }),
      tombstone: unary(async (call) => {
        await faults.enter();
        return tombstoned(await remove(writing, 'for-good', call));
      }),
      read: (call) =>
        streaming(call, async () => {
          await faults.enter();
          faults.requireLeader(call.metadata);
          const options = call.request.getOptions()!;
          if (options.hasSubscription()) await this.subscribe(call, options);
          else await read(store, call, options, bug);
        }),
    };
    this.server.addService(StreamsService, service);
  }

  private async subscribe(call: ServerWritableStream<ReadReq, ReadResp>, options: ReadReq.Options): Promise<void> {
    const { subscription, start } = subscriptionTo(this.store, options, this.options.bug);
    this.subscriptions.add(subscription);
    call.once('cancelled', () => subscription.end());
    let sent = 0;
    try {
      for await (const message of subscription.messages(start)) {
        if (!(await send(call, message))) return;
        if (++sent % SENT_AT_ONCE === 0) await nextTurn();
      }
    } finally {
      this.subscriptions.delete(subscription);
      subscription.end();
    }
  }
}
