import { randomUUID } from 'node:crypto';
import type { BinaryEventType, EventData, ResolvedEvent } from '@eventstore/db-client';
import { LogDamaged, type NewEvent, type RecordedEvent } from '../../application/ports/event-log.js';

/**
 * How an event lies in EventStoreDB. Its data are the bytes they were handed over as. What else there is goes into the
 * custom metadata, one JSON object: the client hands those back parsed when they are JSON, and raw when they are not,
 * so that the metadata's own bytes only survive as text inside it.
 */
interface Envelope {
  /** The event's id. The one that the server knows it by is made for each append: see ADR 11. */
  readonly id: string;
  /** Its metadata, as text. */
  readonly meta?: string;
  /** Milliseconds since 1970. */
  readonly originalRecordedAt?: number;
}

export type StoredForm = EventData<BinaryEventType>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ISOLATED_SURROGATE = "holds half a character, which can't be stored as UTF-8";

/** Events as they are sent. Sent again, they are the same append; made again from the same events, another one. */
export function storedForms(stream: string, events: readonly NewEvent[]): StoredForm[] {
  return events.map((event) => {
    check(stream, event);
    return {
      id: randomUUID(),
      contentType: 'application/octet-stream',
      type: event.type,
      data: bytesOf(event.data),
      metadata: bytesOf(envelopeOf(event)),
    };
  });
}

/** As the server counts an append against its limit. */
export function sizeOf(forms: readonly StoredForm[]): number {
  let bytes = 0;
  for (const { type, data, metadata } of forms) {
    bytes += data.length + (metadata as Uint8Array).length + 2 * type.length;
  }
  return bytes;
}

/**
 * The event that was stored.
 * @param stream its name as the port knows it
 * @throws LogDamaged for one that this log did not write
 */
export function recordedEvent(stream: string, { event, commitPosition }: ResolvedEvent): RecordedEvent {
  const envelope = event?.metadata as Partial<Envelope> | undefined;
  const position = event?.position?.commit ?? commitPosition;
  const data = event?.data;
  if (!event || !(data instanceof Uint8Array) || typeof envelope?.id !== 'string' || position === undefined) {
    throw new LogDamaged(`Stream ${stream} holds an event that was not written by this program.`);
  }
  return {
    id: envelope.id,
    type: event.type,
    data: textOf(data),
    metadata: envelope.meta,
    originalRecordedAt: envelope.originalRecordedAt,
    stream,
    revision: event.revision,
    position,
    recordedAt: event.created.getTime(),
  };
}

function envelopeOf({ id, metadata, originalRecordedAt }: NewEvent): string {
  const meta = metadata === undefined ? '' : `,"meta":${JSON.stringify(metadata)}`;
  const original = originalRecordedAt === undefined ? '' : `,"originalRecordedAt":${originalRecordedAt}`;
  return `{"id":"${id}"${meta}${original}}`;
}

/** What can't be stored as it is must not be stored at all. */
function check(stream: string, { id, type, data, metadata = '', originalRecordedAt }: NewEvent): void {
  if (!UUID.test(id)) throw new TypeError(`The id of an event for ${stream} is not a UUID in lower case.`);
  if (type === '' || type.startsWith('$')) {
    throw new TypeError(`The type of an event for ${stream} must not be empty or begin with $.`);
  }
  if (!(data.isWellFormed() && metadata.isWellFormed() && type.isWellFormed())) {
    throw new TypeError(`An event for ${stream} ${ISOLATED_SURROGATE}.`);
  }
  if (originalRecordedAt !== undefined && !Number.isSafeInteger(originalRecordedAt)) {
    throw new TypeError(`The original recorded time of an event for ${stream} is not in whole milliseconds.`);
  }
}

/** The client takes bytes only as a plain Uint8Array. */
function bytesOf(text: string): Uint8Array {
  const buffer = Buffer.from(text);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
