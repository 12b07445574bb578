import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import rpc from '@eventstore/db-client/generated/status_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  DeleteReq,
  DeleteResp,
  TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import {
  status as grpcStatus,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import wellKnown from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Bug } from './bugs.js';
import { received, send } from './calls.js';
import type { Faults } from './faults.js';
import { empty, expectedOf, identifierOf, idOf, nameOf, proposedEvent } from './messages.js';
import { Refusal, refusals } from './refusals.js';
import type { ExpectedVersion, ProposedEvent, Store, WriteOutcome } from './store.js';

export interface Writing {
  readonly store: Store;
  readonly faults: Faults;
  readonly maxAppendBytes: number;
  readonly bug?: Bug;
}

/** One append: its options first, then its events one by one. A wrong expected version is an answer, not a status. */
export async function append(
  { store, faults, maxAppendBytes, bug }: Writing,
  call: ServerReadableStream<AppendReq, AppendResp>,
): Promise<AppendResp> {
  let options: AppendReq.Options | undefined;
  const events: ProposedEvent[] = [];
  for await (const request of received<AppendReq>(call)) {
    if (request.hasOptions()) options = request.getOptions();
    else events.push(proposedEvent(request.getProposedMessage()!));
  }
  if (!options) throw refusals.invalid('An append begins with its options.');
  if (sizeOf(events) > maxAppendBytes) throw refusals.maximumAppendSize(maxAppendBytes);
  faults.requireLeader(call.metadata);

  const stream = nameOf(options.getStreamIdentifier());
  const expected = expectedOf(options, options.getRevision());
  const outcome = await faults.storing(events, () => store.append(stream, events, expected));
  if (outcome.kind === 'deleted') throw refusals.streamDeleted(stream);
  if (outcome.kind === 'wrong-expected-version') {
    return bug === 'no-wrong-version'
      ? written(0n, 0n)
      : new streams.AppendResp().setWrongExpectedVersion(wrongExpectedVersion(expected, outcome.current));
  }
  return written(outcome.revision, outcome.position);
}

function written(revision: bigint, position: bigint): AppendResp {
  const success = new streams.AppendResp.Success().setPosition(
    new streams.AppendResp.Position().setCommitPosition(String(position)).setPreparePosition(String(position)),
  );
  if (revision < 0n) success.setNoStream(empty());
  else success.setCurrentRevision(String(revision));
  return new streams.AppendResp().setSuccess(success);
}

function wrongExpectedVersion(expected: ExpectedVersion, current: bigint): AppendResp.WrongExpectedVersion {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (current < 0n) wrong.setCurrentNoStream(empty());
  else wrong.setCurrentRevision(String(current));
  if (expected === 'any') return wrong.setExpectedAny(empty());
  if (expected === 'no_stream') return wrong.setExpectedNoStream(empty());
  if (expected === 'stream_exists') return wrong.setExpectedStreamExists(empty());
  return wrong.setExpectedRevision(String(expected));
}

interface Batch {
  readonly stream: string;
  readonly expected: ExpectedVersion;
  readonly events: ProposedEvent[];
}

/** Many appends over one call, each in parts that a correlation id holds together; every failure is an answer. */
export async function batchAppend(
  writing: Writing,
  call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>,
): Promise<void> {
  writing.faults.requireLeader(call.metadata);
  const batches = new Map<string, Batch>();
  for await (const request of received<BatchAppendReq>(call)) {
    const id = idOf(request.getCorrelationId());
    const options = request.getOptions();
    const batch: Batch = batches.get(id) ?? {
      stream: nameOf(options?.getStreamIdentifier()),
      expected: options ? expectedOf(options, options.getStreamPosition()) : 'any',
      events: [],
    };
    batches.set(id, batch);
    batch.events.push(...request.getProposedMessagesList().map(proposedEvent));
    if (!request.getIsFinal()) continue;
    batches.delete(id);
    const answer = await answerTo(batch, writing);
    await send(
      call,
      answer.setCorrelationId(request.getCorrelationId()).setStreamIdentifier(identifierOf(batch.stream)),
    );
  }
}

async function answerTo(
  { stream, expected, events }: Batch,
  { store, faults, maxAppendBytes, bug }: Writing,
): Promise<BatchAppendResp> {
  const response = new streams.BatchAppendResp();
  if (sizeOf(events) > maxAppendBytes) {
    const details = new shared.MaximumAppendSizeExceeded().setMaxappendsize(maxAppendBytes);
    return response.setError(error('MaximumAppendSizeExceeded', grpcStatus.INVALID_ARGUMENT, details));
  }
  let outcome: WriteOutcome;
  try {
    outcome = await faults.storing(events, () => store.append(stream, events, expected));
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure;
    return response.setError(error('Timeout', grpcStatus.DEADLINE_EXCEEDED, new shared.Timeout()));
  }
  if (outcome.kind === 'deleted') {
    const details = new shared.StreamDeleted().setStreamIdentifier(identifierOf(stream));
    return response.setError(error('StreamDeleted', grpcStatus.NOT_FOUND, details));
  }
  if (outcome.kind === 'wrong-expected-version' && bug !== 'no-wrong-version') {
    const details = wrongExpectedVersionDetails(expected, outcome.current);
    return response.setError(error('WrongExpectedVersion', grpcStatus.ALREADY_EXISTS, details));
  }
  const { revision, position } = outcome.kind === 'written' ? outcome : { revision: 0n, position: 0n };
  const success = new streams.BatchAppendResp.Success().setPosition(
    new shared.AllStreamPosition().setCommitPosition(String(position)).setPreparePosition(String(position)),
  );
  if (revision < 0n) success.setNoStream(new wellKnown.Empty());
  else success.setCurrentRevision(String(revision));
  return response.setSuccess(success);
}

function wrongExpectedVersionDetails(expected: ExpectedVersion, current: bigint) {
  const details = new shared.WrongExpectedVersion();
  if (current < 0n) details.setCurrentNoStream(new wellKnown.Empty());
  else details.setCurrentStreamRevision(String(current));
  if (expected === 'any') return details.setExpectedAny(new wellKnown.Empty());
  if (expected === 'no_stream') return details.setExpectedNoStream(new wellKnown.Empty());
  if (expected === 'stream_exists') return details.setExpectedStreamExists(new wellKnown.Empty());
  return details.setExpectedStreamPosition(String(expected));
}

function error(message: string, code: grpcStatus, details: { serializeBinary(): Uint8Array }): Status {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${message}`);
  return new rpc.Status()
    .setMessage(message)
    .setCode(code as number)
    .setDetails(packed);
}

/** Only the data counts: the real server means to add metadata and type but its sum stops at the first term. */
function sizeOf(events: readonly ProposedEvent[]): number {
  return events.reduce((bytes, { data }) => bytes + data.length, 0);
}

/** Soft deletion, which hides the events so far, and the tombstone, which ends the stream. */
export async function remove(
  { store, faults }: Writing,
  how: 'soft' | 'for-good',
  call: ServerUnaryCall<DeleteReq | TombstoneReq, unknown>,
): Promise<bigint> {
  faults.requireLeader(call.metadata);
  const options = call.request.getOptions()!;
  const stream = nameOf(options.getStreamIdentifier());
  const expected = expectedOf(options, options.getRevision());
  const outcome = await faults.storing([], () =>
    how === 'soft' ? store.softDelete(stream, expected) : store.tombstone(stream, expected),
  );
  if (outcome.kind === 'deleted') throw refusals.streamDeleted(stream);
  if (outcome.kind === 'written') return outcome.position;
  throw refusals.wrongExpectedVersion(stream, expected, outcome.current);
}

export function deleted(position: bigint): DeleteResp {
  return new streams.DeleteResp().setPosition(
    new streams.DeleteResp.Position().setCommitPosition(String(position)).setPreparePosition(String(position)),
  );
}

export function tombstoned(position: bigint): TombstoneResp {
  return new streams.TombstoneResp().setPosition(
    new streams.TombstoneResp.Position().setCommitPosition(String(position)).setPreparePosition(String(position)),
  );
}
