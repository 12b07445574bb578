import { hash } from 'node:crypto';
import { parse } from 'uuid';

/** For ever: an event's id must come out the same when its append is tried again. */
const namespace = Buffer.from(parse('6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a06'));

/**
 * UUIDv5 of the index-th event that a request gives in a stream. Made from a one-shot hash: every event needs one, and
 * it costs a quarter of the general way.
 */
export function eventIdFor(stream: string, requestId: string, index: number): string {
  const name = Buffer.from(`${stream}/${requestId}/${index}`);
  const hex = hash('sha1', Buffer.concat([namespace, name]), 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0b0011) | 0b1000).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
