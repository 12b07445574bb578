import { definitionOf } from '../domain/catalogue.js';
import { type DomainEvent, upcast } from '../domain/event.js';
import type { Metadata } from '../domain/metadata.js';
import { LogDamaged, type RecordedEvent } from './ports/event-log.js';

/** A recorded event as the program works with it: data in today's shape, personal texts still sealed. */
export interface StoredEvent extends DomainEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly recordedAt: number;
  readonly metadata: Metadata;
}

/** @throws LogDamaged when the event isn't one this program can know. */
export function readStored(recorded: RecordedEvent): StoredEvent {
  const definition = definitionOf(recorded.type);
  if (!definition) {
    throw new LogDamaged(
      `Event ${recorded.id} is a ${recorded.type}, which this version does not know: was the log written by a newer one?`,
    );
  }
  let metadata: Metadata;
  let data: unknown;
  try {
    metadata = JSON.parse(recorded.metadata ?? '') as Metadata;
    data = JSON.parse(recorded.data);
  } catch (error) {
    throw new LogDamaged(`Event ${recorded.id} of ${recorded.stream} is not readable.`, { cause: error });
  }
  if (metadata.schemaVersion > definition.version) {
    throw new LogDamaged(
      `Event ${recorded.id} has version ${metadata.schemaVersion} of ${recorded.type}; this program knows ${definition.version}.`,
    );
  }
  return {
    id: recorded.id,
    stream: recorded.stream,
    revision: recorded.revision,
    position: recorded.position,
    recordedAt: recorded.recordedAt,
    type: recorded.type,
    occurredAt: metadata.occurredAt,
    data: upcast(definition, metadata.schemaVersion, data),
    metadata,
  };
}
