import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Bug } from './bugs.js';
import { send } from './calls.js';
import { eventRead, nameOf, streamNotFound } from './messages.js';
import { refusals } from './refusals.js';
import type { Store, StoredEvent } from './store.js';

/** Reads a stream or everything to its present end, forwards or backwards. @throws Refusal */
export async function read(
  store: Store,
  call: ServerWritableStream<ReadReq, ReadResp>,
  options: ReadReq.Options,
  bug?: Bug,
): Promise<void> {
  const isBackwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const limit = bug === 'ignores-limit' ? Infinity : Number(options.getCount());
  if (options.hasAll()) {
    const from = options.getAll()?.getPosition()?.getCommitPosition();
    if (from && !store.isBoundary(BigInt(from))) throw refusals.unknown('Unexpected ReadAllResult: Error');
    await sendAll(call, everything(store, options.getAll()!, isBackwards, limit), bug);
    return;
  }
  const name = nameOf(options.getStream()!.getStreamIdentifier());
  const stored = store.read(name);
  if (stored === 'deleted') throw refusals.streamDeleted(name);
  if (stored === 'no-stream') await send(call, streamNotFound(name));
  else await sendAll(call, ofStream(stored, options.getStream()!, isBackwards, limit), bug);
}

/** From a revision on, inclusive either way; one past the end is none forwards, and backwards the same as the end. */
function* ofStream(
  stored: readonly StoredEvent[],
  options: ReadReq.Options.StreamOptions,
  isBackwards: boolean,
  limit: number,
): Generator<StoredEvent> {
  const end = (stored.at(-1)?.revision ?? -1n) + (isBackwards ? 0n : 1n);
  const from = options.hasEnd() ? end : options.hasStart() ? 0n : BigInt(options.getRevision());
  const events = isBackwards
    ? stored.filter(({ revision }) => revision <= from).reverse()
    : stored.filter(({ revision }) => revision >= from);
  yield* events.slice(0, limit);
}

/** Forwards from a position on, inclusive; backwards what ends at or before it, so that the event at it is left out. */
function* everything(
  store: Store,
  options: ReadReq.Options.AllOptions,
  isBackwards: boolean,
  limit: number,
): Generator<StoredEvent> {
  const from = options.hasStart()
    ? 0
    : options.hasEnd()
      ? store.all.length
      : store.indexOf(BigInt(options.getPosition()!.getCommitPosition()));
  for (let count = 0; count < limit; count++) {
    const event = store.all[isBackwards ? from - 1 - count : from + count];
    if (!event) return;
    yield event;
  }
}

async function sendAll(
  call: ServerWritableStream<ReadReq, ReadResp>,
  events: Iterable<StoredEvent>,
  bug: Bug | undefined,
): Promise<void> {
  let held: StoredEvent | undefined;
  for (const event of events) {
    if (bug === 'skips-an-event' && event.revision === 1n) continue;
    if (bug === 'reads-unordered' && event.revision === 1n) {
      held = event;
      continue;
    }
    const sent =
      bug === 'changes-data' && !event.isJson ? { ...event, data: Buffer.from(event.data).reverse() } : event;
    if (!(await send(call, eventRead(sent)))) return;
    if (held && (await send(call, eventRead(held)))) held = undefined;
  }
}
