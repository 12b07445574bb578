import type { AuditedEvent } from '../../application/questions/events.js';

/** An event as it is told to the outside: its texts opened, or null where the key was destroyed. */
export type ToldEvent = Omit<AuditedEvent, 'actor' | 'source'>;

/** An event of the log as a CloudEvent 1.0 in its JSON form. `time` is when it happened, `recordedat` when that was recorded. */
export function cloudEvent(logId: string, { metadata, ...event }: ToldEvent) {
  return {
    specversion: '1.0',
    id: event.id,
    source: `urn:klantwaarde:log:${logId}`,
    type: event.type,
    subject: event.stream,
    time: event.occurredAt,
    datacontenttype: 'application/json',
    position: event.position,
    revision: event.revision,
    recordedat: event.recordedAt,
    schemaversion: metadata.schemaVersion,
    actor: metadata.actor,
    origin: metadata.source,
    requestid: metadata.requestId,
    ...(metadata.correlationId !== undefined && { correlationid: metadata.correlationId }),
    ...(metadata.causationId !== undefined && { causationid: metadata.causationId }),
    data: event.data,
  };
}
